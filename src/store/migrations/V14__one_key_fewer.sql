-- A list is looked for by its settlement id alone or by both of its keys, never by the
-- institution alone (a month's index leads there). With the settlement id first the primary
-- key serves both, and an upload writes one index entry fewer. The distribution column
-- stands in the key as before.
ALTER TABLE settlement_lists
    DROP CONSTRAINT settlement_lists_pkey,
    ADD PRIMARY KEY (setl_id, fixmedins_code);
DROP INDEX settlement_lists_setl_id;
