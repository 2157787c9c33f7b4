package transforms

// Deliveries makes the table that mart.deliveries reads.
const Deliveries = `create table rules.deliveries (delivery_id varchar, month date, edition bigint, kind varchar,
	receiver varchar, way varchar, address varchar, file_names varchar, state varchar, attempts bigint,
	answer varchar, tried_at timestamp)`
