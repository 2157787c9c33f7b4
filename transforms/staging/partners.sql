-- Partners as the partner files list them, every version.
--
-- grain: file_id, line
-- file_id, line, partner_id, name, aliases, country, town
-- currency  its own currency
-- language, email, modules, levels, partner_type
-- status        active, inactive, left or outside (no partner)
-- status_since  the day of its status, where the file names one
-- valid_from    first day the row holds; null where the file says none
-- valid_to      last day
-- parent        the partner whose group it is in
-- agreements    the versions of the programme that it keeps, and on which days
select
    file_id, line, partner_id, name, aliases, country, town, currency,
    coalesce(lower(language), 'en') as language, email, modules, level as levels, partner_type,
    status, status_since, valid_from, valid_to, parent, agreements
from raw.partners
