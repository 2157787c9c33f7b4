-- The files of which every line is as the last closing found it.
--
-- grain: file_id
-- file_id  the file
select s.file_id
from (
    select file_id, hash(count(*), sum(content)) as content
    from staging.sales
    where file_id in (select file_id from stated.contents)
    group by file_id
) as s
join stated.contents as c on c.file_id = s.file_id and c.content = s.content
