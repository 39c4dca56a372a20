INSERT INTO `meta` (`key`, `value`) VALUES ('key_seed', CAST(random() & 4294967295 AS TEXT));--> statement-breakpoint
CREATE TABLE `journal_hashed` (
	`seq` integer PRIMARY KEY NOT NULL,
	`source_id` integer NOT NULL,
	`organism_id` integer NOT NULL,
	`type` integer NOT NULL,
	`key` text NOT NULL,
	`occurred_at` real NOT NULL,
	`received_at` real NOT NULL,
	`body` text NOT NULL,
	`key_hash` integer NOT NULL,
	`row_check` integer,
	`catalogue_id` integer NOT NULL
);
--> statement-breakpoint
INSERT INTO `journal_hashed` SELECT j.`seq`, j.`source_id`, j.`organism_id`, j.`type`, j.`key`,
	j.`occurred_at`, j.`received_at`, j.`body`,
	key_hash((SELECT CAST(`value` AS INTEGER) FROM `meta` WHERE `key` = 'key_seed'), j.`source_id`, j.`key`),
	row_check(j.`seq`, j.`source_id`, j.`organism_id`, j.`type`, j.`key`, j.`occurred_at`,
		j.`received_at`, j.`body`, j.`catalogue_id`, u.`organism_id`, u.`thread_id`, u.`agent_id`,
		u.`model_id`, u.`provider_id`, u.`org_id`, u.`user_id`, u.`occurred_at`, u.`input_fresh`,
		u.`cache_read`, u.`cache_write`, u.`output_visible`, u.`reasoning`, u.`latency_ms`,
		u.`reported_cost_nanos`, u.`cost_nanos`, u.`price_id`),
	j.`catalogue_id`
	FROM `journal` j LEFT JOIN `usage` u ON u.`seq` = j.`seq` ORDER BY j.`seq`;--> statement-breakpoint
DROP TABLE `journal`;--> statement-breakpoint
ALTER TABLE `journal_hashed` RENAME TO `journal`;--> statement-breakpoint
CREATE INDEX `journal_key_hash` ON `journal` (`key_hash`);
