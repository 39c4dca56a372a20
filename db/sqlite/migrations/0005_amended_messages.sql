CREATE TABLE `amended_messages` (
	`seq` integer PRIMARY KEY NOT NULL,
	`by_seq` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `amended_messages_by` ON `amended_messages` (`by_seq`);