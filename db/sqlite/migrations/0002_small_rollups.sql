CREATE TABLE `usage_day_agent` (
	`organism_id` integer NOT NULL,
	`bucket` integer NOT NULL,
	`agent_id` integer NOT NULL,
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
	PRIMARY KEY(`organism_id`, `bucket`, `agent_id`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `usage_day_org` (
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
CREATE TABLE `usage_quarter_model` (
	`organism_id` integer NOT NULL,
	`bucket` integer NOT NULL,
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
	PRIMARY KEY(`organism_id`, `bucket`, `model_id`, `provider_id`)
) WITHOUT ROWID;
--> statement-breakpoint
DROP INDEX `threads_activity`;--> statement-breakpoint
CREATE INDEX `threads_activity` ON `threads` (`organism_id`,`last_activity`,`status`,`created_at`,`message_count`,`total_tokens`,`cost_nanos`,`budget_total_tokens`,`budget_max_tokens`);--> statement-breakpoint
INSERT INTO `usage_day_org` SELECT `organism_id`, `bucket`, `org_id`,
	total(`requests`), total(`input_fresh`), total(`cache_read`), total(`cache_write`), total(`output_visible`), total(`reasoning`),
	total(`cost_nanos`), total(`reported_cost_nanos`), total(`unpriced_requests`), total(`unpriced_tokens`), total(`latency_micros`), total(`latency_count`)
	FROM `usage_day_model` GROUP BY `organism_id`, `bucket`, `org_id`;--> statement-breakpoint
INSERT INTO `usage_day_agent` SELECT `organism_id`, `bucket`, `agent_id`,
	total(`requests`), total(`input_fresh`), total(`cache_read`), total(`cache_write`), total(`output_visible`), total(`reasoning`),
	total(`cost_nanos`), total(`reported_cost_nanos`), total(`unpriced_requests`), total(`unpriced_tokens`), total(`latency_micros`), total(`latency_count`)
	FROM `usage_day` GROUP BY `organism_id`, `bucket`, `agent_id`;--> statement-breakpoint
INSERT INTO `usage_quarter_model` SELECT `organism_id`, `bucket`, `model_id`, `provider_id`,
	total(`requests`), total(`input_fresh`), total(`cache_read`), total(`cache_write`), total(`output_visible`), total(`reasoning`),
	total(`cost_nanos`), total(`reported_cost_nanos`), total(`unpriced_requests`), total(`unpriced_tokens`), total(`latency_micros`), total(`latency_count`)
	FROM `usage_quarter` GROUP BY `organism_id`, `bucket`, `model_id`, `provider_id`;
