import FoundationEssentials
import GRDB

/// The tables, as every version of Easel has changed them. A step that was released is never edited: the next one is added below.
///
/// Times are seconds since 2001, as Foundation counts them, so that they come back bit for bit.
enum Schema {
    static let migrator: DatabaseMigrator = {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("jobs and pictures") { db in
            try db.execute(sql: jobs + pictures + search)
        }
        migrator.registerMigration("order and warnings of jobs") { db in try db.execute(sql: orderAndWarnings) }
        migrator.registerMigration("fingerprints of idempotent requests") { db in
            try db.execute(sql: "ALTER TABLE job ADD COLUMN idempotency_fingerprint TEXT")
        }
        migrator.registerMigration("requests with recipes") { db in try db.execute(sql: recipes) }
        migrator.registerMigration("finished runs and reasons of failures") { db in
            try db.execute(sql: """
                ALTER TABLE job ADD COLUMN finished_runs INTEGER NOT NULL DEFAULT 0;
                ALTER TABLE job ADD COLUMN failure_reason TEXT;
                """)
        }
        migrator.registerMigration("albums, parameters and names of files") { db in
            try db.execute(sql: galleryColumns)
            try readInfotexts(db)
            try db.execute(sql: gallerySearch)
        }
        migrator.registerMigration("input pictures") { db in
            // Which jobs begin with which pictures. A picture goes with the last of its jobs.
            try db.execute(sql: """
                CREATE TABLE input_use (
                    sha256 TEXT NOT NULL,
                    job TEXT NOT NULL REFERENCES job (id) ON DELETE CASCADE,
                    PRIMARY KEY (sha256, job)
                ) STRICT, WITHOUT ROWID;
                CREATE INDEX input_use_of_job ON input_use (job);
                """)
        }
        migrator.registerMigration("grids") { db in
            try db.execute(sql: """
                ALTER TABLE job ADD COLUMN grid TEXT;
                CREATE INDEX job_by_grid ON job (grid) WHERE grid IS NOT NULL;
                """)
        }
        // Until here, `warnings` was a list of sentences in JSON. From here on it is one of `Notice`s.
        migrator.registerMigration("warnings as data") { db in
            try db.execute(sql: """
                UPDATE job SET warnings = (
                    SELECT json_group_array(json_object('reason', 'told', 'values', json_object(), 'message', value))
                    FROM json_each(job.warnings)
                ) WHERE json_valid(warnings)
                """)
        }
        return migrator
    }()

    private static let jobs = """
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
        ) STRICT, WITHOUT ROWID;
        CREATE UNIQUE INDEX job_of_key ON job (client, idempotency_key) WHERE idempotency_key IS NOT NULL;
        CREATE INDEX job_by_state ON job (state, id);
        CREATE INDEX job_by_end ON job (ended_at) WHERE ended_at IS NOT NULL;

        """

    /// `number` counts up in the order in which pictures were finished.
    private static let pictures = """
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

        """

    /// `number` counts up in the order in which jobs were added: a clock that was ahead makes names that come after all others for long.
    /// Earlier jobs have nothing but their names. `warnings` is a list of texts in JSON; NULL: none.
    private static let orderAndWarnings = """
        ALTER TABLE job ADD COLUMN number INTEGER;
        ALTER TABLE job ADD COLUMN warnings TEXT;
        UPDATE job SET number = numbered.number
        FROM (SELECT id, row_number() OVER (ORDER BY id) AS number FROM job) AS numbered WHERE numbered.id = job.id;
        CREATE UNIQUE INDEX job_by_number ON job (number);
        DROP INDEX job_by_state;
        CREATE INDEX job_by_state ON job (state, number);

        """

    /// Until here, `request` had one flat `generation` with the names of the HTTP API. From here on it has the names of the Swift types,
    /// the
    /// recipe as a part of its own, and the previews beside the generation. Numbers, texts and lists that stay where they are, are not
    /// read,
    /// so that no digit of a seed is lost. A field that is not there is left out: it has its default.
    private static let recipes = """
        UPDATE job SET request = json_patch(request, json_object(
            'previewInterval', json_extract(request, '$.generation.preview_interval'),
            'generation', json_object(
                'negativePrompt', json_extract(request, '$.generation.negative_prompt'), 'negative_prompt', NULL,
                'batchSize', json_extract(request, '$.generation.batch_size'), 'batch_size', NULL,
                'scheduleCounting', json_extract(request, '$.generation.schedule_counting'), 'schedule_counting', NULL,
                'preview_interval', NULL,
                'recipe', json_object(
                    'width', json_extract(request, '$.generation.width'),
                    'height', json_extract(request, '$.generation.height'),
                    'steps', json_extract(request, '$.generation.steps'),
                    'sampler', json_extract(request, '$.generation.sampler'),
                    'schedule', json_extract(request, '$.generation.schedule'),
                    'cfgScale', json_extract(request, '$.generation.cfg_scale'),
                    'noise', json_extract(request, '$.generation.noise'),
                    'emphasis', json_extract(request, '$.generation.emphasis'),
                    'clipSkip', json_extract(request, '$.generation.clip_skip'),
                    'commaBacktrack', json_extract(request, '$.generation.comma_backtrack'),
                    'padsConditionings', json(
                        CASE json_extract(request, '$.generation.pad_conditionings') WHEN 0 THEN 'false' WHEN 1 THEN 'true' END
                    )
                ),
                'width', NULL, 'height', NULL, 'steps', NULL, 'sampler', NULL, 'schedule', NULL, 'cfg_scale', NULL, 'noise', NULL,
                'emphasis', NULL, 'clip_skip', NULL, 'comma_backtrack', NULL, 'pad_conditionings', NULL
            )
        ))
        WHERE CASE WHEN json_valid(request) THEN json_type(request, '$.generation') = 'object' END;

        """

    private static let search = """
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
        """

    /// `file` is a path below the pictures folder; NULL: the one that follows from the picture's id, as earlier versions named files.
    /// `day` is that of the server's time zone when the picture was drawn, so that it stays the one in the file's name.
    ///
    /// `loose_file` has the files that no row of `picture` knows: those that are about to be written, and those of removed rows. What
    /// stands there at the start was left by a crash. `name_number` has the last number that was given in a folder, or to equal names.
    private static let galleryColumns = """
        DROP TRIGGER picture_added;
        DROP TRIGGER picture_removed;
        DROP TABLE picture_text;
        ALTER TABLE picture ADD COLUMN file TEXT;
        ALTER TABLE picture ADD COLUMN day TEXT NOT NULL DEFAULT '';
        ALTER TABLE picture ADD COLUMN sampler TEXT;
        ALTER TABLE picture ADD COLUMN steps INTEGER;
        ALTER TABLE picture ADD COLUMN cfg_scale REAL;
        ALTER TABLE picture ADD COLUMN parameters TEXT NOT NULL DEFAULT '';
        ALTER TABLE picture ADD COLUMN is_favourite INTEGER NOT NULL DEFAULT 0;
        CREATE TABLE album_picture (
            album TEXT NOT NULL,
            picture INTEGER NOT NULL REFERENCES picture (number) ON DELETE CASCADE,
            PRIMARY KEY (album, picture)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE loose_file (file TEXT NOT NULL PRIMARY KEY COLLATE NOCASE) STRICT, WITHOUT ROWID;
        CREATE TABLE name_number (
            stem TEXT NOT NULL PRIMARY KEY COLLATE NOCASE,
            number INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;

        """

    /// Fills the columns of pictures that earlier versions drew.
    private static func readInfotexts(_ db: Database) throws {
        var last: Int64 = 0
        while true {
            let some: SQLRequest<Row> = "SELECT number, created_at, infotext FROM picture WHERE number > \(last) ORDER BY number LIMIT 500"
            let rows = try some.fetchAll(db)
            guard let end = rows.last else { return }
            last = end["number"]
            for row in rows {
                let facts = InfotextFacts(row["infotext"])
                let day = LocalTime(Date(timeIntervalSinceReferenceDate: row["created_at"])).day
                try db.execute(literal: """
                    UPDATE picture SET day = \(day), sampler = \(facts.sampler), steps = \(facts.steps),
                    cfg_scale = \(facts.cfgScale), parameters = \(facts.values) WHERE number = \(row["number"] as Int64)
                    """)
            }
        }
    }

    /// After the columns are filled, for then it is quicker. The indices of what a list is narrowed down by are in the list's order.
    private static let gallerySearch = """
        CREATE UNIQUE INDEX picture_by_file ON picture (file COLLATE NOCASE) WHERE file IS NOT NULL;
        CREATE INDEX picture_by_model ON picture (model, number) WHERE deleted_at IS NULL AND is_missing = 0;
        CREATE INDEX picture_by_sampler ON picture (sampler, number) WHERE deleted_at IS NULL AND is_missing = 0;
        CREATE INDEX picture_by_day ON picture (day, number) WHERE deleted_at IS NULL AND is_missing = 0;
        CREATE INDEX picture_by_seed ON picture (seed, number) WHERE deleted_at IS NULL AND is_missing = 0;
        CREATE INDEX picture_favourite ON picture (number) WHERE is_favourite = 1 AND deleted_at IS NULL AND is_missing = 0;
        CREATE INDEX album_of_picture ON album_picture (picture, album);
        CREATE VIRTUAL TABLE picture_text USING fts5 (
            prompt, negative_prompt, model, parameters,
            content = 'picture', content_rowid = 'number', tokenize = 'unicode61 remove_diacritics 2', prefix = '2 3'
        );
        INSERT INTO picture_text (picture_text) VALUES ('rebuild');
        CREATE TRIGGER picture_added AFTER INSERT ON picture BEGIN
            INSERT INTO picture_text (rowid, prompt, negative_prompt, model, parameters)
            VALUES (new.number, new.prompt, new.negative_prompt, new.model, new.parameters);
        END;
        CREATE TRIGGER picture_removed AFTER DELETE ON picture BEGIN
            INSERT INTO picture_text (picture_text, rowid, prompt, negative_prompt, model, parameters)
            VALUES ('delete', old.number, old.prompt, old.negative_prompt, old.model, old.parameters);
        END;
        """
}
