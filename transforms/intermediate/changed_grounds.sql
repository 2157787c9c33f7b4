-- What lines rest upon that is not what it was when a month was last closed, or was not
-- there then, or is not there any more. Of a night little.
--
-- grain: ground
-- ground  hash of what it is called
select coalesce(n.ground, w.ground) as ground
from intermediate.grounds as n
full join stated.grounds as w on w.ground = n.ground
where n.inputs is distinct from w.inputs
