-- What was sent to partners, distributors and finance's place, and what came back, as it stood when
-- the run began.
--
-- grain: delivery_id
-- delivery_id  the message in the outbox
-- month        first day of the month it is about
-- edition      number of the edition of that month
-- kind         statement, recall (a statement that was sent is withdrawn), scorecard or pack
-- receiver     partner, distributor, or finance
-- way          mail, or the name of the place in the configuration
-- address      mail address, or folder at the place
-- file_names   what went with it, separated by commas
-- state        waiting, sending, sent, unsure (it may have arrived), given up or dropped (it must
--              not leave any more)
-- attempts     how many times it was tried
-- answer       what the server answered; where it was not sent, why
-- tried_at     when it was tried last, UTC; null: never
select
    delivery_id, month, edition, kind, receiver, way, address, file_names, state, attempts, answer,
    tried_at
from rules.deliveries
