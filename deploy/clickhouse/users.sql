-- Users of ClickHouse for Downlink: one for collectors and sinks, one for people who ask.
-- NOT RUN by this repository's tests: the ClickHouse that they have runs in a process and has no users. Read it before you
-- run it, as a user with access management; replace both passwords, and `downlink` where the database is called otherwise.

CREATE DATABASE IF NOT EXISTS downlink;

-- Collectors and sinks: they make the tables and views, insert, read, and drop days that are too old.
CREATE ROLE IF NOT EXISTS downlink_service;
GRANT SELECT, INSERT, CREATE TABLE, CREATE VIEW, DROP VIEW, ALTER ADD COLUMN, ALTER DELETE, ALTER MOVE PARTITION ON downlink.* TO downlink_service;
-- Whether rows that are to be forgotten are deleted.
GRANT SELECT ON system.mutations TO downlink_service;
-- What the tables take, and how much room is left, for the page's Health.
GRANT SELECT ON system.parts TO downlink_service;
GRANT SELECT ON system.disks TO downlink_service;
-- For an event that is only tried: INSERT INTO FUNCTION null(…).
GRANT CREATE TEMPORARY TABLE ON *.* TO downlink_service;
CREATE USER IF NOT EXISTS downlink IDENTIFIED WITH sha256_password BY 'replace-me' DEFAULT ROLE downlink_service;
GRANT downlink_service TO downlink;

-- People and dashboards: they read, within bounds that they can't raise. What people ask on the collector's page is asked
-- by its own user, bounded by each request.
CREATE SETTINGS PROFILE IF NOT EXISTS downlink_reads SETTINGS
  readonly = 1,
  max_execution_time = 10 MAX 60,
  max_memory_usage = 2000000000 MAX 4000000000,
  max_result_rows = 1000000;
CREATE ROLE IF NOT EXISTS downlink_reader SETTINGS PROFILE 'downlink_reads';
GRANT SELECT ON downlink.* TO downlink_reader;
CREATE USER IF NOT EXISTS downlink_people IDENTIFIED WITH sha256_password BY 'replace-me-too' DEFAULT ROLE downlink_reader;
GRANT downlink_reader TO downlink_people;
CREATE QUOTA IF NOT EXISTS downlink_people FOR INTERVAL 1 hour MAX queries = 2000, execution_time = 1800 TO downlink_people;
