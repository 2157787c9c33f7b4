-- How statements write the names of levels, modules and incentives.
--
-- grain: word, language
-- word      the name, as tables have it
-- language  code of the language; empty: any other
-- label     how statements in that language write it
select word, language, label from rules.labels
