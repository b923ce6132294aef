-- DIP groups stand where DRG groups do: drg_code and drg_name hold the combination, and
-- grp_type says which of the two a row is. What only DIP knows stands in columns of its own,
-- empty for DRG. Scores and coefficients are exact; points are ten-thousandths.
ALTER TABLE groupings
    ADD COLUMN grp_type       text NOT NULL DEFAULT 'drg' CHECK (grp_type IN ('drg', 'dip')),
    ADD COLUMN points_e4      bigint,            -- settled by the estimate
    ADD COLUMN insutype       text,
    ADD COLUMN stage          text,              -- part of the catalogue
    ADD COLUMN grp_diag_code  text,              -- as the catalogue defines the combination
    ADD COLUMN grp_diag_name  text,
    ADD COLUMN oprn_grp_code  text,
    ADD COLUMN oprn_grp_name  text,
    ADD COLUMN score          numeric,
    ADD COLUMN auxiliary      numeric,           -- highest coefficient of the auxiliary catalogue
    ADD COLUMN asst_list_detl text;
