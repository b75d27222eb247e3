-- The tables of a data folder as Easel 0.1 wrote them on 2026-11-28 (commit ef77de3), before requests had recipes.
-- Made by adding three jobs to a new archive and dumping easel.sqlite: tables, indices and triggers in their order, then the rows.
-- The fourth job is the third as still older versions wrote jobs: without the fields that came later.
CREATE TABLE grdb_migrations (identifier TEXT NOT NULL PRIMARY KEY);
CREATE TABLE job (
    id TEXT NOT NULL PRIMARY KEY,
    client TEXT NOT NULL,
    idempotency_key TEXT,
    request TEXT NOT NULL,
    state TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    submitted_at REAL NOT NULL,
    started_at REAL,
    ended_at REAL,
    failure TEXT
, number INTEGER, warnings TEXT, idempotency_fingerprint TEXT) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX job_of_key ON job (client, idempotency_key) WHERE idempotency_key IS NOT NULL;
CREATE INDEX job_by_end ON job (ended_at) WHERE ended_at IS NOT NULL;
CREATE TABLE picture (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    job TEXT NOT NULL REFERENCES job (id),
    place INTEGER NOT NULL,
    created_at REAL NOT NULL,
    width INTEGER NOT NULL,
    height INTEGER NOT NULL,
    seed INTEGER NOT NULL,
    prompt TEXT NOT NULL,
    negative_prompt TEXT NOT NULL,
    model TEXT NOT NULL,
    infotext TEXT NOT NULL,
    byte_count INTEGER NOT NULL,
    deleted_at REAL,
    is_missing INTEGER NOT NULL DEFAULT 0,
    UNIQUE (job, place)
) STRICT;
CREATE INDEX picture_shown ON picture (number, byte_count) WHERE deleted_at IS NULL AND is_missing = 0;
CREATE INDEX picture_by_age ON picture (created_at);
CREATE INDEX picture_deleted ON picture (deleted_at) WHERE deleted_at IS NOT NULL;
CREATE VIRTUAL TABLE picture_text USING fts5 (
    prompt, negative_prompt, model,
    content = 'picture', content_rowid = 'number', tokenize = 'unicode61 remove_diacritics 2', prefix = '2 3'
);
CREATE TRIGGER picture_added AFTER INSERT ON picture BEGIN
    INSERT INTO picture_text (rowid, prompt, negative_prompt, model)
    VALUES (new.number, new.prompt, new.negative_prompt, new.model);
END;
CREATE TRIGGER picture_removed AFTER DELETE ON picture BEGIN
    INSERT INTO picture_text (picture_text, rowid, prompt, negative_prompt, model)
    VALUES ('delete', old.number, old.prompt, old.negative_prompt, old.model);
END;
CREATE UNIQUE INDEX job_by_number ON job (number);
CREATE INDEX job_by_state ON job (state, number);
INSERT INTO grdb_migrations VALUES ('fingerprints of idempotent requests');
INSERT INTO grdb_migrations VALUES ('jobs and pictures');
INSERT INTO grdb_migrations VALUES ('order and warnings of jobs');
INSERT INTO job VALUES ('01a0eb3a8d2b188d43ca3a40c4aa9ab3', 'näme', 'key', '{"client":"näme","runs":2,"priority":-3,"model":"sd15\/anime","generation":{"clip_skip":2,"schedule_counting":"a1111","schedule":"sgm_uniform","cfg_scale":7.3,"comma_backtrack":7,"steps":33,"emphasis":"no_norm","batch_size":3,"seed":18446744073709551615,"styles":["ink","old, master"],"pad_conditionings":true,"preview_interval":5,"negative_prompt":"blurry, [a:b:3]","sampler":"DPM++ 2M","prompt":"a \"quoted\" 猫\nin two lines\u0000 \\ é 🐱","noise":"philox","width":768,"height":1024}}', 'queued', 0, 812345678.1234567, NULL, NULL, NULL, 1, NULL, '');
INSERT INTO job VALUES ('01a0eb3a91137f721ab8db5685825783', '', NULL, '{"client":"","runs":1,"generation":{"pad_conditionings":false,"width":512,"styles":[],"clip_skip":1,"prompt":"a cat","sampler":"Euler","comma_backtrack":20,"steps":20,"seed":9007199254740993,"noise":"torch","schedule":"normal","negative_prompt":"","height":512,"batch_size":1,"emphasis":"original","cfg_scale":7,"schedule_counting":"sdnext","preview_interval":0},"priority":0,"model":"demo"}', 'done', 1, 812345679.1234567, 812345680.2234567, 812345681.4234567, NULL, 2, '["There is no wildcard \"beast\"."]', NULL);
INSERT INTO job VALUES ('01a0eb3a9ccb694293c603ef0cfbd0e4', 'key', NULL, '{"generation":{"preview_interval":0,"seed":0,"styles":[],"batch_size":1,"prompt":"a dog","sampler":"Euler","schedule_counting":"sdnext","pad_conditionings":false,"clip_skip":1,"comma_backtrack":20,"width":256,"negative_prompt":"","cfg_scale":1,"height":256,"noise":"torch","emphasis":"original","steps":20,"schedule":"normal"},"runs":1,"priority":0,"model":"demo","client":"key"}', 'failed', 2, 812345682.1234567, 812345683.1234567, 812345684.1234567, 'The device is gone.', 3, NULL, NULL);
INSERT INTO job VALUES ('01a0eb3aa0b67a6b9f5c1d2e3f405162', '', NULL, '{"model": "demo", "generation": {"prompt": "[a:b:5]", "negative_prompt": "", "width": 320, "height": 512, "steps": 8, "sampler": "Euler a", "schedule": "karras", "cfg_scale": 5.5, "seed": 12, "batch_size": 2, "noise": "torch"}, "runs": 1, "priority": 0, "client": ""}', 'queued', 0, 812345687.1234567, NULL, NULL, NULL, 4, NULL, NULL);
INSERT INTO picture VALUES (1, '01a0eb3a91137f721ab8db5685825783', 0, 812345681.4234567, 8, 8, 9007199254740993, 'a cat', '', 'demo', 'a cat
Steps: 20, Sampler: Euler, CFG scale: 7, Seed: 9007199254740993', 202, NULL, 0);
