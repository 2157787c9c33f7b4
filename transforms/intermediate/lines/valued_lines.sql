-- The licence and service lines that can be valued, up to the month of the run. A stated line whose
-- day is now later is here too, and so are lines that a person has to accept.
--
-- is a view
-- grain: sale_id
-- sale_id, distributor, document_no, line_no, line_key, document_date, month, terms_date,
-- terms_document  with its year, where the sender's document numbers begin anew each year
-- distributor_id
-- partner_id  the buying partner; null where it is outside
-- is_outside  the buyer is declared to be no partner
-- family, is_licence, amount, deal_id, version
-- change_id  the change that a person has to accept before the line counts; null where it counts
select sale_id, distributor, document_no, line_no, line_key, document_date, month, terms_date,
    concat_ws(' ', if(returned_sale_id is null, document_no, returns_document),
        if(file_id in (select f.file_id from staging.files as f join rules.feeds as r using (feed)
            where r.is_yearly), year(terms_date), null)) as terms_document, distributor_id,
    partner_id, is_outside, family, is_licence, amount, deal_id, version, change_id
from intermediate.lines
where is_valued
    or awaits_change and month <= (select through_month from rules.programme)
