-- Delivery of the outbox. A message waits for every earlier open one that concerns one of
-- its cases ('institution|setl_id'), so that a revocation never overtakes its report.
ALTER TABLE outbox
    ADD COLUMN cases   text[] NOT NULL DEFAULT '{}',
    ADD COLUMN refused integer NOT NULL DEFAULT 0,   -- items that the receiver did not take
    ADD COLUMN answer  bytea,                        -- the receiver's last verified answer; sealed
    ADD COLUMN since   timestamptz,                  -- age counts from here, else from created_at
    ADD COLUMN reason  text;                         -- of the operator's last intervention
ALTER TABLE outbox DROP CONSTRAINT outbox_state_check;
ALTER TABLE outbox ADD CONSTRAINT outbox_state_check
    CHECK (state IN ('waiting', 'delivered', 'dead', 'dropped'));
CREATE INDEX outbox_open ON outbox (position) WHERE state IN ('waiting', 'dead');
CREATE INDEX outbox_open_cases ON outbox USING gin (cases) WHERE state IN ('waiting', 'dead');
CREATE INDEX outbox_settled ON outbox (settled_at) WHERE state IN ('delivered', 'dropped');
