CREATE TABLE `usage_week` (
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
	`covered_cost_nanos` integer DEFAULT 0 NOT NULL,
	`covered_unlisted` integer DEFAULT 0 NOT NULL,
	PRIMARY KEY(`organism_id`, `bucket`, `org_id`, `agent_id`, `model_id`, `provider_id`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `threads_created` ON `threads` (`organism_id`,`created_at`,`id`,`status`);--> statement-breakpoint
CREATE INDEX `threads_messages` ON `threads` (`organism_id`,`message_count`,`id`,`status`);--> statement-breakpoint
CREATE INDEX `threads_tokens` ON `threads` (`organism_id`,`total_tokens`,`id`,`status`);--> statement-breakpoint
CREATE INDEX `threads_cost` ON `threads` (`organism_id`,`cost_nanos`,`id`,`status`);--> statement-breakpoint
CREATE INDEX `threads_budget` ON `threads` (`organism_id`,CASE WHEN budget_max_tokens > 0 THEN 1.0 * budget_total_tokens / budget_max_tokens ELSE -1 END,`id`,`status`);--> statement-breakpoint
INSERT INTO `usage_week` SELECT `organism_id`, (`bucket` - (`bucket` % 7 + 7) % 7) / 7 AS `week`,
	`org_id`, `agent_id`, `model_id`, `provider_id`,
	total(`requests`), total(`input_fresh`), total(`cache_read`), total(`cache_write`), total(`output_visible`), total(`reasoning`),
	total(`cost_nanos`), total(`reported_cost_nanos`), total(`unpriced_requests`), total(`unpriced_tokens`),
	total(`latency_micros`), total(`latency_count`), total(`covered_cost_nanos`), total(`covered_unlisted`)
	FROM `usage_day` GROUP BY `organism_id`, `week`, `org_id`, `agent_id`, `model_id`, `provider_id`;
