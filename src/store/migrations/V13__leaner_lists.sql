-- What is sealed cannot be compressed; trying to costs an upload more than its index does.
ALTER TABLE settlement_lists ALTER COLUMN body SET STORAGE EXTERNAL;
ALTER TABLE settlement_lists ALTER COLUMN person SET STORAGE EXTERNAL;
ALTER TABLE idempotency ALTER COLUMN sealed_answer SET STORAGE EXTERNAL;
-- Nothing reads it: whether two lists group alike is told by input_digest, and what is
-- sealed is authenticated by its seal.
ALTER TABLE settlement_lists DROP COLUMN digest;
