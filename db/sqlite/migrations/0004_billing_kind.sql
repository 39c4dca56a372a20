ALTER TABLE `usage_day` ADD `covered_cost_nanos` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `usage_day` ADD `covered_unlisted` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `usage_day_agent` ADD `covered_cost_nanos` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `usage_day_agent` ADD `covered_unlisted` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `usage_day_model` ADD `covered_cost_nanos` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `usage_day_model` ADD `covered_unlisted` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `usage_day_org` ADD `covered_cost_nanos` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `usage_day_org` ADD `covered_unlisted` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `usage_quarter` ADD `covered_cost_nanos` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `usage_quarter` ADD `covered_unlisted` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `usage_quarter_model` ADD `covered_cost_nanos` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `usage_quarter_model` ADD `covered_unlisted` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `usage_quarter_org` ADD `covered_cost_nanos` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `usage_quarter_org` ADD `covered_unlisted` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `usage_thread` ADD `covered_cost_nanos` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `usage_thread` ADD `covered_unlisted` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `prices` ADD `cache_write_1h` integer;--> statement-breakpoint
ALTER TABLE `usage` ADD `covered_cost_nanos` integer;