-- Rounds of negotiation over a change of groups, weights, coefficients or parameters. The
-- institution leads the key of its own position; rounds and events are the pooling area's,
-- small, and can be reference tables.

-- A round. Its digest is that of the proposal as it stands: the report of its simulation.
CREATE TABLE negotiation_rounds (
    year      text NOT NULL,
    number    integer NOT NULL,
    state     text NOT NULL CHECK (state IN ('OPEN', 'CLOSED')),
    version   integer NOT NULL,              -- number of its last event
    subject   text NOT NULL,
    digest    text NOT NULL,
    reference text NOT NULL,                 -- number of the document, or empty
    opened_at timestamptz NOT NULL,
    PRIMARY KEY (year, number)
);
-- One open round a year.
CREATE INDEX negotiation_rounds_open ON negotiation_rounds (year) WHERE state = 'OPEN';

-- Where an institution stands towards the proposal.
CREATE TABLE negotiation_positions (
    fixmedins_code text NOT NULL,
    year           text NOT NULL,
    number         integer NOT NULL,
    state          text NOT NULL CHECK (state IN ('PENDING', 'ACCEPTED', 'DECLINED', 'COUNTERED')),
    answered       integer NOT NULL,         -- number of the event that answered, or 0
    PRIMARY KEY (fixmedins_code, year, number)
);
CREATE INDEX negotiation_positions_round
    ON negotiation_positions (year, number, fixmedins_code);

-- What was proposed and answered: append-only, each event with the SM3 of itself and the one
-- before.
CREATE TABLE negotiation_events (
    year           text NOT NULL,
    round          integer NOT NULL,
    number         integer NOT NULL,
    fixmedins_code text NOT NULL,            -- whose answer it is, or empty
    action         text NOT NULL,
    from_state     text NOT NULL,
    to_state       text NOT NULL,
    amount_fen     bigint,
    reference      text NOT NULL,
    digest         text NOT NULL,
    reason_code    text NOT NULL,
    reason         text NOT NULL,
    opter_id       text NOT NULL,
    role           text NOT NULL,
    app_id         text NOT NULL,
    at             timestamptz NOT NULL,
    prev_hash      text NOT NULL,
    hash           text NOT NULL,
    PRIMARY KEY (year, round, number)
);
