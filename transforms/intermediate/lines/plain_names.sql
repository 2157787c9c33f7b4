-- Company names in a plain form for comparison: without capitals, legal forms, punctuation and, in
-- Latin, Greek and Cyrillic, accents. "Müller & Co. KG" and "MULLER" are alike. A name that would
-- become empty keeps its words.
--
-- grain: name
-- name        as somebody writes it
-- plain_name  as it is compared
with names as (
    select name from intermediate.partners
    union
    select end_customer from intermediate.deal_claims
    union
    select end_customer from staging.sales
    union
    select s.partner_name
    from staging.sales as s
    anti join intermediate.resolved_codes as m
        on m.distributor = s.distributor and m.code = s.partner_code
),
small as (
    select
        name, replace(replace(replace(replace(replace(lower(nfc_normalize(name)), 'ß', 'ss'), 'æ',
            'ae'), 'œ', 'oe'), 'ø', 'o'), 'ł', 'l') as text
    from names
    where name is not null
),
-- Accents can be dropped in these three scripts; in others they are part of the letter.
bare as (
    select
        name, if(regexp_matches(text, '[^\p{Latin}\p{Greek}\p{Cyrillic}\P{L}]'), text,
            strip_accents(text)) as text
    from small
),
-- Dots in S.A.R.L. are dropped; all other punctuation separates words.
parted as (
    select
        name, text, trim(regexp_replace(regexp_replace(text, '\b([a-z])\.', '\1', 'g'),
            '[^\p{L}\p{M}\p{N}]+', ' ', 'g')) as words
    from bare
),
formless as (
    select name, text, words,
        array_to_string(list_filter(
            string_split(regexp_replace(' ' || words || ' ', ' (and|und|et) (co|cie) ', ' ', 'g'),
                ' '),
            lambda w: w not in ('', 'gmbh', 'mbh', 'ag', 'kg', 'kgaa', 'ohg', 'ug', 'se', 'sarl',
                'sas', 'sasu', 'sa', 'eurl', 'snc', 'ltd', 'limited', 'llc', 'llp', 'inc',
                'corp', 'plc', 'bv', 'nv', 'srl', 'spa', 'co', 'cie')), ' ') as plain
    from parted
)
select name, coalesce(nullif(plain, ''), nullif(words, ''), trim(text)) as plain_name
from formless
