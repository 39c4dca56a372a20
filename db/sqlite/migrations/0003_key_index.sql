CREATE TABLE `journal_keys` (
	`hash` integer NOT NULL,
	`seq` integer NOT NULL,
	PRIMARY KEY(`hash`, `seq`)
) WITHOUT ROWID;
--> statement-breakpoint
INSERT INTO `journal_keys` SELECT `key_hash`, `seq` FROM `journal` ORDER BY `key_hash`, `seq`;--> statement-breakpoint
INSERT INTO `meta` (`key`, `value`) SELECT 'keys_seq', CAST(coalesce(max(`seq`), 0) AS TEXT) FROM `journal`;--> statement-breakpoint
DROP INDEX `journal_key_hash`;
