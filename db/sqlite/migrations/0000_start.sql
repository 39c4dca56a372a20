CREATE TABLE `agents` (
	`id` integer PRIMARY KEY NOT NULL,
	`organism_id` integer NOT NULL,
	`name` text NOT NULL,
	`description` text NOT NULL,
	`is_agent` integer NOT NULL,
	`is_removed` integer NOT NULL,
	`state` text NOT NULL,
	`last_activity` real,
	`message_count` integer NOT NULL,
	`sent` integer NOT NULL,
	`received` integer NOT NULL,
	`messages_seen` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `agents_name` ON `agents` (`organism_id`,`name`);--> statement-breakpoint
CREATE TABLE `commands` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`organism_id` text NOT NULL,
	`source` text NOT NULL,
	`command` text NOT NULL,
	`target` text NOT NULL,
	`body` text NOT NULL,
	`actor` text NOT NULL,
	`requested_at` real NOT NULL,
	`outcome` text NOT NULL,
	`status` integer,
	`answer` text NOT NULL,
	`finished_at` real
);
--> statement-breakpoint
CREATE TABLE `errors` (
	`seq` integer PRIMARY KEY NOT NULL,
	`organism_id` integer NOT NULL,
	`thread_id` integer NOT NULL,
	`agent_id` integer NOT NULL,
	`occurred_at` real NOT NULL
);
--> statement-breakpoint
CREATE INDEX `errors_organism` ON `errors` (`organism_id`,`occurred_at`);--> statement-breakpoint
CREATE INDEX `errors_thread` ON `errors` (`thread_id`,`occurred_at`);--> statement-breakpoint
CREATE INDEX `errors_agent` ON `errors` (`agent_id`,`occurred_at`);--> statement-breakpoint
CREATE TABLE `journal` (
	`seq` integer PRIMARY KEY NOT NULL,
	`source_id` integer NOT NULL,
	`organism_id` integer NOT NULL,
	`type` integer NOT NULL,
	`key` text NOT NULL,
	`occurred_at` real NOT NULL,
	`received_at` real NOT NULL,
	`body` text NOT NULL,
	`digest` integer NOT NULL,
	`catalogue_id` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `journal_source_key` ON `journal` (`source_id`,`key`);--> statement-breakpoint
CREATE TABLE `messages` (
	`seq` integer PRIMARY KEY NOT NULL,
	`organism_id` integer NOT NULL,
	`thread_id` integer NOT NULL,
	`from_id` integer NOT NULL,
	`to_id` integer NOT NULL,
	`payload_type_id` integer NOT NULL,
	`occurred_at` real NOT NULL
);
--> statement-breakpoint
CREATE INDEX `messages_organism` ON `messages` (`organism_id`,`occurred_at`);--> statement-breakpoint
CREATE INDEX `messages_thread` ON `messages` (`thread_id`,`occurred_at`);--> statement-breakpoint
CREATE INDEX `messages_from` ON `messages` (`from_id`,`occurred_at`);--> statement-breakpoint
CREATE INDEX `messages_to` ON `messages` (`to_id`,`occurred_at`);--> statement-breakpoint
CREATE TABLE `meta` (
	`key` text PRIMARY KEY NOT NULL,
	`value` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `names` (
	`id` integer PRIMARY KEY NOT NULL,
	`text` text NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `names_text` ON `names` (`text`);--> statement-breakpoint
CREATE TABLE `organisms` (
	`id` integer PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`title` text NOT NULL,
	`source_id` integer NOT NULL,
	`last_seq` integer NOT NULL,
	`last_received_at` real NOT NULL,
	`events` integer NOT NULL,
	`messages` integer NOT NULL,
	`errors` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `organisms_name_unique` ON `organisms` (`name`);--> statement-breakpoint
CREATE TABLE `snapshots` (
	`organism_id` text PRIMARY KEY NOT NULL,
	`seq` integer NOT NULL,
	`body` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `usage_day` (
	`organism_id` integer NOT NULL,
	`bucket` integer NOT NULL,
	`org_id` integer NOT NULL,
	`agent_id` integer NOT NULL,
	`model_id` integer NOT NULL,
	`provider_id` integer NOT NULL,
	`requests` integer NOT NULL,
	`input_fresh` integer NOT NULL,
	`cache_read` integer NOT NULL,
	`cache_write` integer NOT NULL,
	`output_visible` integer NOT NULL,
	`reasoning` integer NOT NULL,
	`cost_nanos` integer NOT NULL,
	`reported_cost_nanos` integer NOT NULL,
	`unpriced_requests` integer NOT NULL,
	`unpriced_tokens` integer NOT NULL,
	`latency_micros` integer NOT NULL,
	`latency_count` integer NOT NULL,
	PRIMARY KEY(`organism_id`, `bucket`, `org_id`, `agent_id`, `model_id`, `provider_id`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `usage_day_model` (
	`organism_id` integer NOT NULL,
	`bucket` integer NOT NULL,
	`org_id` integer NOT NULL,
	`model_id` integer NOT NULL,
	`provider_id` integer NOT NULL,
	`requests` integer NOT NULL,
	`input_fresh` integer NOT NULL,
	`cache_read` integer NOT NULL,
	`cache_write` integer NOT NULL,
	`output_visible` integer NOT NULL,
	`reasoning` integer NOT NULL,
	`cost_nanos` integer NOT NULL,
	`reported_cost_nanos` integer NOT NULL,
	`unpriced_requests` integer NOT NULL,
	`unpriced_tokens` integer NOT NULL,
	`latency_micros` integer NOT NULL,
	`latency_count` integer NOT NULL,
	PRIMARY KEY(`organism_id`, `bucket`, `org_id`, `model_id`, `provider_id`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `usage_quarter` (
	`organism_id` integer NOT NULL,
	`bucket` integer NOT NULL,
	`org_id` integer NOT NULL,
	`agent_id` integer NOT NULL,
	`model_id` integer NOT NULL,
	`provider_id` integer NOT NULL,
	`requests` integer NOT NULL,
	`input_fresh` integer NOT NULL,
	`cache_read` integer NOT NULL,
	`cache_write` integer NOT NULL,
	`output_visible` integer NOT NULL,
	`reasoning` integer NOT NULL,
	`cost_nanos` integer NOT NULL,
	`reported_cost_nanos` integer NOT NULL,
	`unpriced_requests` integer NOT NULL,
	`unpriced_tokens` integer NOT NULL,
	`latency_micros` integer NOT NULL,
	`latency_count` integer NOT NULL,
	PRIMARY KEY(`organism_id`, `bucket`, `org_id`, `agent_id`, `model_id`, `provider_id`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `usage_quarter_org` (
	`organism_id` integer NOT NULL,
	`bucket` integer NOT NULL,
	`org_id` integer NOT NULL,
	`requests` integer NOT NULL,
	`input_fresh` integer NOT NULL,
	`cache_read` integer NOT NULL,
	`cache_write` integer NOT NULL,
	`output_visible` integer NOT NULL,
	`reasoning` integer NOT NULL,
	`cost_nanos` integer NOT NULL,
	`reported_cost_nanos` integer NOT NULL,
	`unpriced_requests` integer NOT NULL,
	`unpriced_tokens` integer NOT NULL,
	`latency_micros` integer NOT NULL,
	`latency_count` integer NOT NULL,
	PRIMARY KEY(`organism_id`, `bucket`, `org_id`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `usage_thread` (
	`organism_id` integer NOT NULL,
	`thread_id` integer NOT NULL,
	`org_id` integer NOT NULL,
	`agent_id` integer NOT NULL,
	`model_id` integer NOT NULL,
	`provider_id` integer NOT NULL,
	`requests` integer NOT NULL,
	`input_fresh` integer NOT NULL,
	`cache_read` integer NOT NULL,
	`cache_write` integer NOT NULL,
	`output_visible` integer NOT NULL,
	`reasoning` integer NOT NULL,
	`cost_nanos` integer NOT NULL,
	`reported_cost_nanos` integer NOT NULL,
	`unpriced_requests` integer NOT NULL,
	`unpriced_tokens` integer NOT NULL,
	`latency_micros` integer NOT NULL,
	`latency_count` integer NOT NULL,
	PRIMARY KEY(`organism_id`, `thread_id`, `org_id`, `agent_id`, `model_id`, `provider_id`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `cursors` (
	`source_id` integer NOT NULL,
	`name` text NOT NULL,
	`value` text NOT NULL,
	PRIMARY KEY(`source_id`, `name`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `quarantine` (
	`id` integer PRIMARY KEY NOT NULL,
	`source_id` integer NOT NULL,
	`reason` text NOT NULL,
	`detail` text NOT NULL,
	`sample` text NOT NULL,
	`received_at` real NOT NULL
);
--> statement-breakpoint
CREATE INDEX `quarantine_source` ON `quarantine` (`source_id`);--> statement-breakpoint
CREATE TABLE `redactions` (
	`source_id` integer NOT NULL,
	`label` text NOT NULL,
	`count` integer NOT NULL,
	PRIMARY KEY(`source_id`, `label`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `sources` (
	`id` integer PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`accepted` integer NOT NULL,
	`duplicate` integer NOT NULL,
	`rejected` integer NOT NULL,
	`last_received_at` real,
	`last_reject` text
);
--> statement-breakpoint
CREATE UNIQUE INDEX `sources_name` ON `sources` (`name`);--> statement-breakpoint
CREATE TABLE `thread_agents` (
	`thread_id` integer NOT NULL,
	`agent_id` integer NOT NULL,
	PRIMARY KEY(`thread_id`, `agent_id`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `thread_agents_agent` ON `thread_agents` (`agent_id`);--> statement-breakpoint
CREATE TABLE `threads` (
	`id` integer PRIMARY KEY NOT NULL,
	`organism_id` integer NOT NULL,
	`name` text NOT NULL,
	`status` text NOT NULL,
	`message_count` integer NOT NULL,
	`messages_seen` integer NOT NULL,
	`created_at` real,
	`last_activity` real,
	`error` text,
	`parent_thread` text,
	`conversation` text,
	`budget_max_tokens` integer,
	`budget_prompt_tokens` integer,
	`budget_completion_tokens` integer,
	`budget_total_tokens` integer,
	`budget_read_at` real,
	`total_tokens` integer NOT NULL,
	`cost_nanos` integer NOT NULL,
	`unpriced_requests` integer NOT NULL,
	`first_usage_seq` integer,
	`last_usage_seq` integer
);
--> statement-breakpoint
CREATE UNIQUE INDEX `threads_name` ON `threads` (`organism_id`,`name`);--> statement-breakpoint
CREATE INDEX `threads_activity` ON `threads` (`organism_id`,`last_activity`);--> statement-breakpoint
CREATE TABLE `prices` (
	`id` integer PRIMARY KEY NOT NULL,
	`identity` text NOT NULL,
	`source` text NOT NULL,
	`version` text NOT NULL,
	`provider` text NOT NULL,
	`model` text NOT NULL,
	`input_fresh` integer NOT NULL,
	`cache_read` integer NOT NULL,
	`cache_write` integer NOT NULL,
	`output_visible` integer NOT NULL,
	`reasoning` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `prices_identity` ON `prices` (`identity`);--> statement-breakpoint
CREATE TABLE `usage` (
	`seq` integer PRIMARY KEY NOT NULL,
	`organism_id` integer NOT NULL,
	`thread_id` integer NOT NULL,
	`agent_id` integer NOT NULL,
	`model_id` integer NOT NULL,
	`provider_id` integer NOT NULL,
	`org_id` integer NOT NULL,
	`user_id` integer NOT NULL,
	`occurred_at` real NOT NULL,
	`input_fresh` integer NOT NULL,
	`cache_read` integer NOT NULL,
	`cache_write` integer NOT NULL,
	`output_visible` integer NOT NULL,
	`reasoning` integer NOT NULL,
	`latency_ms` real,
	`reported_cost_nanos` integer,
	`cost_nanos` integer,
	`price_id` integer
);
--> statement-breakpoint
CREATE INDEX `usage_organism` ON `usage` (`organism_id`,`occurred_at`);