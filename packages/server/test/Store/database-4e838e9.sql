-- A database of commit 4e838e9 (migrations 1 and 2): two devices enrolled, one certificate renewed, one challenge used, two tokens.
BEGIN TRANSACTION;
CREATE TABLE espalier_enrollment_token (
      id text PRIMARY KEY,
      created_at bigint NOT NULL,
      expires_at bigint,
      use_limit bigint,
      note text NOT NULL,
      used bigint NOT NULL,
      revoked_at bigint
    );
INSERT INTO "espalier_enrollment_token" VALUES('token-1',1795620131657,1893456000000,2,'for the lab',1,NULL);
INSERT INTO "espalier_enrollment_token" VALUES('token-2',1795620131676,NULL,NULL,'',0,1795620131676);
CREATE TABLE espalier_pin (
      udid text PRIMARY KEY,
      fingerprint text NOT NULL UNIQUE,
      pinned_at bigint NOT NULL
    );
INSERT INTO "espalier_pin" VALUES('00008110-000A4C2E3F80801E','aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',1795620131636);
INSERT INTO "espalier_pin" VALUES('00008110-000B4C2E3F80801F','cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc',1795620131650);
CREATE TABLE espalier_probe (
      id integer PRIMARY KEY,
      written_at bigint NOT NULL
    );
INSERT INTO "espalier_probe" VALUES(1,1795620131688);
CREATE TABLE "espalier_server_migrations" (
  migration_id integer PRIMARY KEY NOT NULL,
  created_at datetime NOT NULL DEFAULT current_timestamp,
  name VARCHAR(255) NOT NULL
);
INSERT INTO "espalier_server_migrations" VALUES(1,'2026-11-25 15:22:11','store');
INSERT INTO "espalier_server_migrations" VALUES(2,'2026-11-25 15:22:11','line');
CREATE TABLE espalier_successor (
      fingerprint text PRIMARY KEY,
      predecessor text NOT NULL,
      issued_at bigint NOT NULL
    );
INSERT INTO "espalier_successor" VALUES('bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb','aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',1795620131641);
CREATE TABLE espalier_used_challenge (
      id text PRIMARY KEY,
      request text NOT NULL,
      expires_at bigint NOT NULL
    );
INSERT INTO "espalier_used_challenge" VALUES('challenge-1','key',1893456000000);
CREATE INDEX espalier_used_challenge_expires_at ON espalier_used_challenge (expires_at);
CREATE INDEX espalier_successor_predecessor ON espalier_successor (predecessor);
COMMIT;
