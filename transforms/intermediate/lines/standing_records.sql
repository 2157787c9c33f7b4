-- The current rows of every kind but sales.
--
-- is a view
-- grain: file_id, line
-- file_id, line
select file_id, line from intermediate.record_versions where outcome = 'loaded'
