-- Calls that a subscription covers were billed as the API's, at 0. They are known by their price.
CREATE TABLE `covered_before` AS SELECT u.`seq`, u.`organism_id`, u.`thread_id`, u.`org_id`, u.`agent_id`, u.`model_id`,
	u.`provider_id`, 0 AS `covered_id`, char(31) || 's' || coalesce(n.`text`, '') AS `covered_name`, u.`occurred_at`,
	1 AS `requests`, u.`input_fresh`, u.`cache_read`, u.`cache_write`, u.`output_visible`, u.`reasoning`,
	coalesce(min(CAST(u.`latency_ms` * 1000 + 0.5 AS INTEGER), 9007199254740991), 0) AS `latency_micros`,
	u.`latency_ms` IS NOT NULL AS `latency_count`,
	CASE WHEN p.`version` = '' THEN NULL ELSE (u.`input_fresh` * p.`input_fresh` + u.`cache_read` * p.`cache_read` + u.`cache_write` * p.`cache_write`
		+ u.`output_visible` * p.`output_visible` + u.`reasoning` * p.`reasoning` + 500000) / 1000000 END AS `covered_cost_nanos`,
	p.`version` = '' AS `covered_unlisted`
FROM `usage` u JOIN `prices` p ON p.`id` = u.`price_id` LEFT JOIN `names` n ON n.`id` = u.`provider_id`
WHERE p.`source` = 'subscription' AND u.`cost_nanos` = 0 AND u.`covered_cost_nanos` IS NULL
	AND NOT (coalesce(n.`text`, '') >= char(31) || 's' AND coalesce(n.`text`, '') < char(31) || 't');--> statement-breakpoint
INSERT INTO `names` (`text`) SELECT DISTINCT `covered_name` FROM `covered_before`
	WHERE `covered_name` NOT IN (SELECT `text` FROM `names`);--> statement-breakpoint
UPDATE `covered_before` SET `covered_id` = (SELECT `id` FROM `names` WHERE `text` = `covered_name`);--> statement-breakpoint
UPDATE `usage` SET `provider_id` = c.`covered_id`, `covered_cost_nanos` = c.`covered_cost_nanos`,
	`price_id` = CASE WHEN c.`covered_unlisted` THEN NULL ELSE `price_id` END
FROM `covered_before` c WHERE c.`seq` = `usage`.`seq`;--> statement-breakpoint
UPDATE `journal` SET `body` = json_set(`body`, '$.listCostNanos', c.`covered_cost_nanos`)
FROM `covered_before` c WHERE c.`seq` = `journal`.`seq`;--> statement-breakpoint
UPDATE `journal` SET `row_check` = row_check(`journal`.`seq`, `source_id`, `journal`.`organism_id`, `type`, `key`, `journal`.`occurred_at`, `received_at`, `body`, `catalogue_id`,
	u.`organism_id`, u.`thread_id`, u.`agent_id`, u.`model_id`, u.`provider_id`, u.`org_id`, u.`user_id`, u.`occurred_at`, u.`input_fresh`, u.`cache_read`, u.`cache_write`, u.`output_visible`, u.`reasoning`, u.`latency_ms`, u.`reported_cost_nanos`, u.`cost_nanos`, u.`price_id`, u.`covered_cost_nanos`)
FROM `usage` u WHERE u.`seq` = `journal`.`seq` AND `row_check` IS NOT NULL AND u.`seq` IN (SELECT `seq` FROM `covered_before`);--> statement-breakpoint
-- Off the API's sums and onto those of subscriptions; what is not in the sums yet gets there as what it now is.
CREATE TABLE `covered_moves` AS SELECT `organism_id`, `thread_id`, `org_id`, `agent_id`, `model_id`, `provider_id`, `occurred_at`, -`requests` AS `requests`, -`input_fresh` AS `input_fresh`, -`cache_read` AS `cache_read`, -`cache_write` AS `cache_write`, -`output_visible` AS `output_visible`, -`reasoning` AS `reasoning`, -`latency_micros` AS `latency_micros`, -`latency_count` AS `latency_count`,
	0 AS `covered_cost_nanos`, 0 AS `covered_unlisted` FROM `covered_before` WHERE `seq` < coalesce((SELECT CAST(`value` AS INTEGER) FROM `meta` WHERE `key` = 'unsettled'), 9e15)
UNION ALL SELECT `organism_id`, `thread_id`, `org_id`, `agent_id`, `model_id`, `covered_id`, `occurred_at`, `requests`, `input_fresh`, `cache_read`, `cache_write`, `output_visible`, `reasoning`, `latency_micros`, `latency_count`,
	coalesce(`covered_cost_nanos`, 0), `covered_unlisted` FROM `covered_before` WHERE `seq` < coalesce((SELECT CAST(`value` AS INTEGER) FROM `meta` WHERE `key` = 'unsettled'), 9e15);--> statement-breakpoint
INSERT INTO `usage_day_org` (`organism_id`, `bucket`, `org_id`, `requests`, `input_fresh`, `cache_read`, `cache_write`, `output_visible`, `reasoning`, `latency_micros`, `latency_count`, `covered_cost_nanos`, `covered_unlisted`,
	`cost_nanos`, `reported_cost_nanos`, `unpriced_requests`, `unpriced_tokens`)
SELECT `organism_id`, CAST(floor(`occurred_at` / 86400000.0) AS INTEGER), `org_id`,
	total(`requests`), total(`input_fresh`), total(`cache_read`), total(`cache_write`), total(`output_visible`), total(`reasoning`), total(`latency_micros`), total(`latency_count`), total(`covered_cost_nanos`), total(`covered_unlisted`), 0, 0, 0, 0
FROM `covered_moves` WHERE true GROUP BY 1, 2, 3 ON CONFLICT DO UPDATE SET
	`requests` = `requests` + excluded.`requests`, `input_fresh` = `input_fresh` + excluded.`input_fresh`, `cache_read` = `cache_read` + excluded.`cache_read`,
	`cache_write` = `cache_write` + excluded.`cache_write`, `output_visible` = `output_visible` + excluded.`output_visible`, `reasoning` = `reasoning` + excluded.`reasoning`,
	`latency_micros` = `latency_micros` + excluded.`latency_micros`, `latency_count` = `latency_count` + excluded.`latency_count`, `covered_cost_nanos` = `covered_cost_nanos` + excluded.`covered_cost_nanos`,
	`covered_unlisted` = `covered_unlisted` + excluded.`covered_unlisted`;--> statement-breakpoint
INSERT INTO `usage_day_model` (`organism_id`, `bucket`, `org_id`, `model_id`, `provider_id`, `requests`, `input_fresh`, `cache_read`, `cache_write`, `output_visible`, `reasoning`, `latency_micros`, `latency_count`, `covered_cost_nanos`, `covered_unlisted`,
	`cost_nanos`, `reported_cost_nanos`, `unpriced_requests`, `unpriced_tokens`)
SELECT `organism_id`, CAST(floor(`occurred_at` / 86400000.0) AS INTEGER), `org_id`, `model_id`, `provider_id`,
	total(`requests`), total(`input_fresh`), total(`cache_read`), total(`cache_write`), total(`output_visible`), total(`reasoning`), total(`latency_micros`), total(`latency_count`), total(`covered_cost_nanos`), total(`covered_unlisted`), 0, 0, 0, 0
FROM `covered_moves` WHERE true GROUP BY 1, 2, 3, 4, 5 ON CONFLICT DO UPDATE SET
	`requests` = `requests` + excluded.`requests`, `input_fresh` = `input_fresh` + excluded.`input_fresh`, `cache_read` = `cache_read` + excluded.`cache_read`,
	`cache_write` = `cache_write` + excluded.`cache_write`, `output_visible` = `output_visible` + excluded.`output_visible`, `reasoning` = `reasoning` + excluded.`reasoning`,
	`latency_micros` = `latency_micros` + excluded.`latency_micros`, `latency_count` = `latency_count` + excluded.`latency_count`, `covered_cost_nanos` = `covered_cost_nanos` + excluded.`covered_cost_nanos`,
	`covered_unlisted` = `covered_unlisted` + excluded.`covered_unlisted`;--> statement-breakpoint
INSERT INTO `usage_day_agent` (`organism_id`, `bucket`, `agent_id`, `requests`, `input_fresh`, `cache_read`, `cache_write`, `output_visible`, `reasoning`, `latency_micros`, `latency_count`, `covered_cost_nanos`, `covered_unlisted`,
	`cost_nanos`, `reported_cost_nanos`, `unpriced_requests`, `unpriced_tokens`)
SELECT `organism_id`, CAST(floor(`occurred_at` / 86400000.0) AS INTEGER), `agent_id`,
	total(`requests`), total(`input_fresh`), total(`cache_read`), total(`cache_write`), total(`output_visible`), total(`reasoning`), total(`latency_micros`), total(`latency_count`), total(`covered_cost_nanos`), total(`covered_unlisted`), 0, 0, 0, 0
FROM `covered_moves` WHERE true GROUP BY 1, 2, 3 ON CONFLICT DO UPDATE SET
	`requests` = `requests` + excluded.`requests`, `input_fresh` = `input_fresh` + excluded.`input_fresh`, `cache_read` = `cache_read` + excluded.`cache_read`,
	`cache_write` = `cache_write` + excluded.`cache_write`, `output_visible` = `output_visible` + excluded.`output_visible`, `reasoning` = `reasoning` + excluded.`reasoning`,
	`latency_micros` = `latency_micros` + excluded.`latency_micros`, `latency_count` = `latency_count` + excluded.`latency_count`, `covered_cost_nanos` = `covered_cost_nanos` + excluded.`covered_cost_nanos`,
	`covered_unlisted` = `covered_unlisted` + excluded.`covered_unlisted`;--> statement-breakpoint
INSERT INTO `usage_day` (`organism_id`, `bucket`, `org_id`, `agent_id`, `model_id`, `provider_id`, `requests`, `input_fresh`, `cache_read`, `cache_write`, `output_visible`, `reasoning`, `latency_micros`, `latency_count`, `covered_cost_nanos`, `covered_unlisted`,
	`cost_nanos`, `reported_cost_nanos`, `unpriced_requests`, `unpriced_tokens`)
SELECT `organism_id`, CAST(floor(`occurred_at` / 86400000.0) AS INTEGER), `org_id`, `agent_id`, `model_id`, `provider_id`,
	total(`requests`), total(`input_fresh`), total(`cache_read`), total(`cache_write`), total(`output_visible`), total(`reasoning`), total(`latency_micros`), total(`latency_count`), total(`covered_cost_nanos`), total(`covered_unlisted`), 0, 0, 0, 0
FROM `covered_moves` WHERE true GROUP BY 1, 2, 3, 4, 5, 6 ON CONFLICT DO UPDATE SET
	`requests` = `requests` + excluded.`requests`, `input_fresh` = `input_fresh` + excluded.`input_fresh`, `cache_read` = `cache_read` + excluded.`cache_read`,
	`cache_write` = `cache_write` + excluded.`cache_write`, `output_visible` = `output_visible` + excluded.`output_visible`, `reasoning` = `reasoning` + excluded.`reasoning`,
	`latency_micros` = `latency_micros` + excluded.`latency_micros`, `latency_count` = `latency_count` + excluded.`latency_count`, `covered_cost_nanos` = `covered_cost_nanos` + excluded.`covered_cost_nanos`,
	`covered_unlisted` = `covered_unlisted` + excluded.`covered_unlisted`;--> statement-breakpoint
INSERT INTO `usage_week` (`organism_id`, `bucket`, `org_id`, `agent_id`, `model_id`, `provider_id`, `requests`, `input_fresh`, `cache_read`, `cache_write`, `output_visible`, `reasoning`, `latency_micros`, `latency_count`, `covered_cost_nanos`, `covered_unlisted`,
	`cost_nanos`, `reported_cost_nanos`, `unpriced_requests`, `unpriced_tokens`)
SELECT `organism_id`, CAST(floor(`occurred_at` / 604800000.0) AS INTEGER), `org_id`, `agent_id`, `model_id`, `provider_id`,
	total(`requests`), total(`input_fresh`), total(`cache_read`), total(`cache_write`), total(`output_visible`), total(`reasoning`), total(`latency_micros`), total(`latency_count`), total(`covered_cost_nanos`), total(`covered_unlisted`), 0, 0, 0, 0
FROM `covered_moves` WHERE true GROUP BY 1, 2, 3, 4, 5, 6 ON CONFLICT DO UPDATE SET
	`requests` = `requests` + excluded.`requests`, `input_fresh` = `input_fresh` + excluded.`input_fresh`, `cache_read` = `cache_read` + excluded.`cache_read`,
	`cache_write` = `cache_write` + excluded.`cache_write`, `output_visible` = `output_visible` + excluded.`output_visible`, `reasoning` = `reasoning` + excluded.`reasoning`,
	`latency_micros` = `latency_micros` + excluded.`latency_micros`, `latency_count` = `latency_count` + excluded.`latency_count`, `covered_cost_nanos` = `covered_cost_nanos` + excluded.`covered_cost_nanos`,
	`covered_unlisted` = `covered_unlisted` + excluded.`covered_unlisted`;--> statement-breakpoint
INSERT INTO `usage_quarter_org` (`organism_id`, `bucket`, `org_id`, `requests`, `input_fresh`, `cache_read`, `cache_write`, `output_visible`, `reasoning`, `latency_micros`, `latency_count`, `covered_cost_nanos`, `covered_unlisted`,
	`cost_nanos`, `reported_cost_nanos`, `unpriced_requests`, `unpriced_tokens`)
SELECT `organism_id`, CAST(floor(`occurred_at` / 900000.0) AS INTEGER), `org_id`,
	total(`requests`), total(`input_fresh`), total(`cache_read`), total(`cache_write`), total(`output_visible`), total(`reasoning`), total(`latency_micros`), total(`latency_count`), total(`covered_cost_nanos`), total(`covered_unlisted`), 0, 0, 0, 0
FROM `covered_moves` WHERE true GROUP BY 1, 2, 3 ON CONFLICT DO UPDATE SET
	`requests` = `requests` + excluded.`requests`, `input_fresh` = `input_fresh` + excluded.`input_fresh`, `cache_read` = `cache_read` + excluded.`cache_read`,
	`cache_write` = `cache_write` + excluded.`cache_write`, `output_visible` = `output_visible` + excluded.`output_visible`, `reasoning` = `reasoning` + excluded.`reasoning`,
	`latency_micros` = `latency_micros` + excluded.`latency_micros`, `latency_count` = `latency_count` + excluded.`latency_count`, `covered_cost_nanos` = `covered_cost_nanos` + excluded.`covered_cost_nanos`,
	`covered_unlisted` = `covered_unlisted` + excluded.`covered_unlisted`;--> statement-breakpoint
INSERT INTO `usage_quarter_model` (`organism_id`, `bucket`, `model_id`, `provider_id`, `requests`, `input_fresh`, `cache_read`, `cache_write`, `output_visible`, `reasoning`, `latency_micros`, `latency_count`, `covered_cost_nanos`, `covered_unlisted`,
	`cost_nanos`, `reported_cost_nanos`, `unpriced_requests`, `unpriced_tokens`)
SELECT `organism_id`, CAST(floor(`occurred_at` / 900000.0) AS INTEGER), `model_id`, `provider_id`,
	total(`requests`), total(`input_fresh`), total(`cache_read`), total(`cache_write`), total(`output_visible`), total(`reasoning`), total(`latency_micros`), total(`latency_count`), total(`covered_cost_nanos`), total(`covered_unlisted`), 0, 0, 0, 0
FROM `covered_moves` WHERE true GROUP BY 1, 2, 3, 4 ON CONFLICT DO UPDATE SET
	`requests` = `requests` + excluded.`requests`, `input_fresh` = `input_fresh` + excluded.`input_fresh`, `cache_read` = `cache_read` + excluded.`cache_read`,
	`cache_write` = `cache_write` + excluded.`cache_write`, `output_visible` = `output_visible` + excluded.`output_visible`, `reasoning` = `reasoning` + excluded.`reasoning`,
	`latency_micros` = `latency_micros` + excluded.`latency_micros`, `latency_count` = `latency_count` + excluded.`latency_count`, `covered_cost_nanos` = `covered_cost_nanos` + excluded.`covered_cost_nanos`,
	`covered_unlisted` = `covered_unlisted` + excluded.`covered_unlisted`;--> statement-breakpoint
INSERT INTO `usage_quarter` (`organism_id`, `bucket`, `org_id`, `agent_id`, `model_id`, `provider_id`, `requests`, `input_fresh`, `cache_read`, `cache_write`, `output_visible`, `reasoning`, `latency_micros`, `latency_count`, `covered_cost_nanos`, `covered_unlisted`,
	`cost_nanos`, `reported_cost_nanos`, `unpriced_requests`, `unpriced_tokens`)
SELECT `organism_id`, CAST(floor(`occurred_at` / 900000.0) AS INTEGER), `org_id`, `agent_id`, `model_id`, `provider_id`,
	total(`requests`), total(`input_fresh`), total(`cache_read`), total(`cache_write`), total(`output_visible`), total(`reasoning`), total(`latency_micros`), total(`latency_count`), total(`covered_cost_nanos`), total(`covered_unlisted`), 0, 0, 0, 0
FROM `covered_moves` WHERE true GROUP BY 1, 2, 3, 4, 5, 6 ON CONFLICT DO UPDATE SET
	`requests` = `requests` + excluded.`requests`, `input_fresh` = `input_fresh` + excluded.`input_fresh`, `cache_read` = `cache_read` + excluded.`cache_read`,
	`cache_write` = `cache_write` + excluded.`cache_write`, `output_visible` = `output_visible` + excluded.`output_visible`, `reasoning` = `reasoning` + excluded.`reasoning`,
	`latency_micros` = `latency_micros` + excluded.`latency_micros`, `latency_count` = `latency_count` + excluded.`latency_count`, `covered_cost_nanos` = `covered_cost_nanos` + excluded.`covered_cost_nanos`,
	`covered_unlisted` = `covered_unlisted` + excluded.`covered_unlisted`;--> statement-breakpoint
INSERT INTO `usage_thread` (`organism_id`, `thread_id`, `org_id`, `agent_id`, `model_id`, `provider_id`, `requests`, `input_fresh`, `cache_read`, `cache_write`, `output_visible`, `reasoning`, `latency_micros`, `latency_count`, `covered_cost_nanos`, `covered_unlisted`,
	`cost_nanos`, `reported_cost_nanos`, `unpriced_requests`, `unpriced_tokens`)
SELECT `organism_id`, `thread_id`, `org_id`, `agent_id`, `model_id`, `provider_id`,
	total(`requests`), total(`input_fresh`), total(`cache_read`), total(`cache_write`), total(`output_visible`), total(`reasoning`), total(`latency_micros`), total(`latency_count`), total(`covered_cost_nanos`), total(`covered_unlisted`), 0, 0, 0, 0
FROM `covered_moves` WHERE true GROUP BY 1, 2, 3, 4, 5, 6 ON CONFLICT DO UPDATE SET
	`requests` = `requests` + excluded.`requests`, `input_fresh` = `input_fresh` + excluded.`input_fresh`, `cache_read` = `cache_read` + excluded.`cache_read`,
	`cache_write` = `cache_write` + excluded.`cache_write`, `output_visible` = `output_visible` + excluded.`output_visible`, `reasoning` = `reasoning` + excluded.`reasoning`,
	`latency_micros` = `latency_micros` + excluded.`latency_micros`, `latency_count` = `latency_count` + excluded.`latency_count`, `covered_cost_nanos` = `covered_cost_nanos` + excluded.`covered_cost_nanos`,
	`covered_unlisted` = `covered_unlisted` + excluded.`covered_unlisted`;--> statement-breakpoint
DELETE FROM `usage_day_model` WHERE `requests` = 0;--> statement-breakpoint
DELETE FROM `usage_day` WHERE `requests` = 0;--> statement-breakpoint
DELETE FROM `usage_week` WHERE `requests` = 0;--> statement-breakpoint
DELETE FROM `usage_quarter_model` WHERE `requests` = 0;--> statement-breakpoint
DELETE FROM `usage_quarter` WHERE `requests` = 0;--> statement-breakpoint
DELETE FROM `usage_thread` WHERE `requests` = 0;--> statement-breakpoint
DROP TABLE `covered_moves`;--> statement-breakpoint
DROP TABLE `covered_before`;
