-- The schema of before the first release, migration by migration up to 102, as SHOW CREATE TABLE tells it: the baseline takes
-- over what is in it.
CREATE TABLE ad_accounts
(
    `account_id` String COMMENT 'its digits, without act_',
    `name` String COMMENT 'its name; may be empty',
    `currency` LowCardinality(String) COMMENT 'ISO 4217',
    `time_zone` LowCardinality(String) COMMENT 'IANA name of the zone of its days',
    `version` UInt64 COMMENT 'UTC microseconds: the latest counts'
)
ENGINE = ReplacingMergeTree(version)
ORDER BY account_id
SETTINGS non_replicated_deduplication_window = 1000, index_granularity = 8192
;

CREATE TABLE ad_days
(
    `date` Date COMMENT 'day in the ad account\'s time zone',
    `account_id` LowCardinality(String) COMMENT 'ad account; empty if a file did not tell it',
    `only_ad` String COMMENT 'the ad whose day it is; empty: all ads of the account',
    `ad_ids` Array(String) COMMENT 'ads' CODEC(ZSTD(1)),
    `platforms` Array(LowCardinality(String)) COMMENT 'where: facebook, instagram, ...; empty if unknown',
    `positions` Array(LowCardinality(String)) COMMENT 'where in it: feed, ...; empty if unknown',
    `currencies` Array(LowCardinality(String)) COMMENT 'ISO 4217',
    `impressions` Array(Nullable(UInt64)) COMMENT 'how often they were shown; null if unknown' CODEC(ZSTD(1)),
    `clicks` Array(Nullable(UInt64)) COMMENT 'link clicks; null if unknown' CODEC(ZSTD(1)),
    `spend` Array(Decimal(18, 4)) COMMENT 'costs in their currencies' CODEC(ZSTD(1)),
    `started` Array(Nullable(UInt64)) COMMENT 'onsite_conversion.messaging_conversation_started_7d' CODEC(ZSTD(1)),
    `first_replies` Array(Nullable(UInt64)) COMMENT 'onsite_conversion.messaging_first_reply' CODEC(ZSTD(1)),
    `version` UInt64 COMMENT 'UTC microseconds of the import: the latest counts'
)
ENGINE = ReplacingMergeTree(version)
PARTITION BY toYear(date)
ORDER BY (date, account_id, only_ad)
SETTINGS non_replicated_deduplication_window = 1000, index_granularity = 8192
;

CREATE TABLE ads
(
    `ad_id` String COMMENT 'ad',
    `account_id` LowCardinality(String) COMMENT 'ad account; may be empty',
    `ad_name` String COMMENT 'its name; may be empty',
    `adset_id` String COMMENT 'its ad set; may be empty',
    `adset_name` String COMMENT 'name of its ad set; may be empty',
    `campaign_id` String COMMENT 'its campaign; may be empty',
    `campaign_name` String COMMENT 'name of its campaign; may be empty',
    `currency` LowCardinality(String) COMMENT 'ISO 4217, in which it is paid',
    `version` UInt64 COMMENT 'UTC microseconds of the latest import that calls it so'
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (ad_id, account_id, ad_name, adset_id, adset_name, campaign_id, campaign_name, currency)
SETTINGS non_replicated_deduplication_window = 1000, index_granularity = 8192
;

CREATE TABLE aliases
(
    `page_id` LowCardinality(String) COMMENT 'Page or Instagram account',
    `alias` String COMMENT 'user_ref:... of the plugin',
    `person_id` String COMMENT 'the same person\'s id'
)
ENGINE = ReplacingMergeTree
ORDER BY (page_id, alias)
SETTINGS non_replicated_deduplication_window = 1000, index_granularity = 8192
;

CREATE TABLE api_tokens
(
    `name` String COMMENT 'by which logs know it',
    `hash` String COMMENT 'SHA-256 of the token, hexadecimal',
    `scopes` Array(LowCardinality(String)) COMMENT 'what it is good for',
    `made_by` String COMMENT 'user who made it',
    `made_at` DateTime64(3, 'UTC') COMMENT 'when',
    `expires_at` Nullable(DateTime64(3, 'UTC')) COMMENT 'until when it is good; null: for good',
    `version` UInt64 COMMENT 'UTC microseconds of the edit',
    `is_deleted` UInt8 COMMENT '1: was revoked'
)
ENGINE = ReplacingMergeTree(version, is_deleted)
ORDER BY name
SETTINGS non_replicated_deduplication_window = 1000, index_granularity = 8192
;

CREATE TABLE arrivals
(
    `click` String COMMENT 'number of the click',
    `page_id` LowCardinality(String) COMMENT 'Page or Instagram account',
    `person_id` String COMMENT 'person'
)
ENGINE = ReplacingMergeTree
ORDER BY (click, page_id, person_id)
SETTINGS index_granularity = 512, non_replicated_deduplication_window = 1000
;

CREATE TABLE audience_members
(
    `audience` LowCardinality(String) COMMENT 'name of the list',
    `hash` String COMMENT 'SHA-256 of phone number or e-mail address, hexadecimal',
    `imported_at` DateTime64(3, 'UTC') COMMENT 'when it was imported last'
)
ENGINE = ReplacingMergeTree(imported_at)
ORDER BY (audience, hash)
SETTINGS non_replicated_deduplication_window = 1000, index_granularity = 8192
;

CREATE TABLE audit_log
(
    `at` DateTime64(3, 'UTC') COMMENT 'when',
    `who` String COMMENT 'user, token, or this machine',
    `act` LowCardinality(String) COMMENT 'what was done',
    `about` String COMMENT 'to whom or what; never a person of a Page',
    `address` String COMMENT 'from where'
)
ENGINE = MergeTree
ORDER BY at
TTL toDateTime(at) + toIntervalYear(2)
SETTINGS non_replicated_deduplication_window = 1000, index_granularity = 8192
;

CREATE TABLE changed_batches
(
    `batch` UInt64 COMMENT 'UTC microseconds of the block',
    `people` UInt64 COMMENT 'people in it',
    `pending` Int64 COMMENT '1 when written, -1 when worked off'
)
ENGINE = SummingMergeTree(pending)
ORDER BY (batch, people)
SETTINGS non_replicated_deduplication_window = 1000, index_granularity = 8192
;

CREATE TABLE changed_people
(
    `batch` UInt64 COMMENT 'UTC microseconds of the block that changed them',
    `page_id` LowCardinality(String) COMMENT 'Page or Instagram account',
    `person_id` String COMMENT 'person',
    `since` DateTime64(3, 'UTC') COMMENT 'the earliest of their events in the block',
    `written_at` DateTime DEFAULT now() COMMENT 'when the row was written; kept for a month'
)
ENGINE = MergeTree
ORDER BY (batch, page_id, person_id)
TTL written_at + toIntervalDay(30)
SETTINGS non_replicated_deduplication_window = 1000, index_granularity = 8192
;

CREATE TABLE claims
(
    `work` String COMMENT 'what is to be done',
    `turn` UInt32 COMMENT 'number of the turn, from 1',
    `holder` String COMMENT 'the process that has it',
    `until` DateTime64(3, 'UTC') COMMENT 'when it ends unless it is prolonged, by the clock of ClickHouse'
)
ENGINE = MergeTree
ORDER BY (work, turn, until)
TTL toDateTime(until) + toIntervalDay(90) WHERE NOT startsWith(work, 'turn '), toDateTime(until) + toIntervalDay(2) WHERE startsWith(work, 'turn ')
SETTINGS non_replicated_deduplication_window = 10000, index_granularity = 8192
;

CREATE TABLE clicks
(
    `click` String COMMENT 'number of the click',
    `slug` LowCardinality(String) COMMENT 'the link'
)
ENGINE = ReplacingMergeTree
ORDER BY click
SETTINGS index_granularity = 256, min_compress_block_size = 4096, non_replicated_deduplication_window = 1000
;

CREATE TABLE contacts
(
    `hash` String COMMENT 'SHA-256, hexadecimal, normalized as Meta has audiences hashed',
    `page_id` LowCardinality(String) COMMENT 'Page or Instagram account',
    `person_id` String COMMENT 'person'
)
ENGINE = ReplacingMergeTree
ORDER BY (hash, page_id, person_id)
SETTINGS non_replicated_deduplication_window = 1000, index_granularity = 8192
;

CREATE TABLE conversations
(
    `opened_at` DateTime64(3, 'UTC') COMMENT 'when it was opened' CODEC(ZSTD(1)),
    `page_id` LowCardinality(String) COMMENT 'Page or Instagram account' CODEC(ZSTD(1)),
    `person_id` String COMMENT 'person' CODEC(ZSTD(1)),
    `number` UInt32 COMMENT 'the person\'s conversations up to this one: 1 is their first' CODEC(ZSTD(1)),
    `channel` LowCardinality(String) COMMENT 'messenger, instagram or whatsapp' CODEC(ZSTD(1)),
    `source` LowCardinality(String) COMMENT 'door of the opening act' CODEC(ZSTD(1)),
    `source_name` LowCardinality(String) COMMENT 'the door on the wire' CODEC(ZSTD(1)),
    `ref` String COMMENT 'referral parameter without a click\'s mark' CODEC(ZSTD(1)),
    `click` String COMMENT 'number of the tracked click that led here' CODEC(ZSTD(1)),
    `clicked` LowCardinality(String) COMMENT 'link of that click' CODEC(ZSTD(1)),
    `ad_id` LowCardinality(String) COMMENT 'ad of the referral' CODEC(ZSTD(1)),
    `ad_title` LowCardinality(String) COMMENT 'title of the ad\'s creative' CODEC(ZSTD(1)),
    `referer` LowCardinality(String) COMMENT 'host and path of the page that the visitor was on (chat plugin)' CODEC(ZSTD(1)),
    `depth` UInt8 COMMENT 'stages reached behind the opening: 1 is messaged, 5 is purchase' CODEC(ZSTD(1)),
    `messaged_at` Nullable(DateTime64(3, 'UTC')) COMMENT 'first message, or postback behind the opening' CODEC(ZSTD(1)),
    `answered_at` Nullable(DateTime64(3, 'UTC')) COMMENT 'first echo after that' CODEC(ZSTD(1)),
    `engaged_at` Nullable(DateTime64(3, 'UTC')) COMMENT 'message or postback after the answer' CODEC(ZSTD(1)),
    `lead_at` Nullable(DateTime64(3, 'UTC')) COMMENT 'lead after that' CODEC(ZSTD(1)),
    `purchase_at` Nullable(DateTime64(3, 'UTC')) COMMENT 'purchase after that' CODEC(ZSTD(1)),
    `last_act_at` DateTime64(3, 'UTC') COMMENT 'the person\'s last act in it' CODEC(ZSTD(1)),
    `waiting_since` Nullable(DateTime64(3, 'UTC')) COMMENT 'first message or postback that no echo followed' CODEC(ZSTD(1)),
    `acts` UInt32 COMMENT 'the person\'s acts in it' CODEC(ZSTD(1)),
    `answers` UInt32 COMMENT 'echoes in it' CODEC(ZSTD(1)),
    `answered_app` LowCardinality(String) COMMENT 'app of the echo that was the answer' CODEC(ZSTD(1)),
    `answered_persona` LowCardinality(String) COMMENT 'persona of that echo' CODEC(ZSTD(1)),
    `version` UInt64 COMMENT 'the highest counts: the turn of who wrote it times 2^32, and a number in it; before, UTC microseconds',
    `is_deleted` UInt8 COMMENT '1: later events have shown that there is no such conversation'
)
ENGINE = ReplacingMergeTree(version, is_deleted)
PARTITION BY toYYYYMM(opened_at)
ORDER BY (opened_at, page_id, person_id)
SETTINGS min_age_to_force_merge_seconds = 3600, min_age_to_force_merge_on_partition_only = 1, non_replicated_deduplication_window = 1000, index_granularity = 8192
;

CREATE TABLE conversions
(
    `time` DateTime64(3, 'UTC') COMMENT 'when' CODEC(ZSTD(1)),
    `page_id` LowCardinality(String) COMMENT 'Page or Instagram account' CODEC(ZSTD(1)),
    `person_id` String COMMENT 'person' CODEC(ZSTD(1)),
    `number` UInt32 COMMENT 'the person\'s conversions up to this one' CODEC(ZSTD(1)),
    `channel` LowCardinality(String) COMMENT 'messenger, instagram or whatsapp' CODEC(ZSTD(1)),
    `event_id` UUID COMMENT 'its event' CODEC(ZSTD(1)),
    `name` LowCardinality(String) COMMENT 'lead, purchase or another goal' CODEC(ZSTD(1)),
    `value_e4` Nullable(Int64) COMMENT 'what it was worth, in 1/10,000 of currency' CODEC(ZSTD(1)),
    `currency` LowCardinality(String) COMMENT 'ISO 4217; empty without value' CODEC(ZSTD(1)),
    `touchpoints_before` UInt32 COMMENT 'touchpoints that the person had before' CODEC(ZSTD(1)),
    `first_touch_at` Nullable(DateTime64(3, 'UTC')) COMMENT 'the first of them' CODEC(ZSTD(1)),
    `version` UInt64 COMMENT 'the highest counts: the turn of who wrote it times 2^32, and a number in it; before, UTC microseconds',
    `is_deleted` UInt8 COMMENT '1: there is no such conversion'
)
ENGINE = ReplacingMergeTree(version, is_deleted)
PARTITION BY toYYYYMM(time)
ORDER BY (time, page_id, person_id, number)
SETTINGS min_age_to_force_merge_seconds = 3600, min_age_to_force_merge_on_partition_only = 1, non_replicated_deduplication_window = 1000, index_granularity = 8192
;

CREATE TABLE costs
(
    `cost_id` String COMMENT 'its number',
    `kind` LowCardinality(String) COMMENT 'what it is for: link or source',
    `name` String COMMENT 'the link\'s slug, or the source',
    `first` Date COMMENT 'the first day that it pays for',
    `last` Date COMMENT 'the last day that it pays for',
    `amount` Decimal(18, 4) COMMENT 'how much, in all, in currency',
    `currency` LowCardinality(String) COMMENT 'ISO 4217',
    `note` String COMMENT 'what somebody wrote beside it',
    `is_removed` UInt8 COMMENT '1: it does not count any more',
    `version` UInt64 COMMENT 'UTC microseconds of the edit'
)
ENGINE = ReplacingMergeTree(version)
ORDER BY cost_id
SETTINGS non_replicated_deduplication_window = 1000, index_granularity = 8192
;

CREATE TABLE deliveries
(
    `slot` DateTime('UTC') COMMENT 'begin of the quarter of an hour',
    `received` UInt64 COMMENT 'events that came in, each as often as it came'
)
ENGINE = SummingMergeTree
ORDER BY slot
SETTINGS non_replicated_deduplication_window = 1000, index_granularity = 8192
;

CREATE TABLE erasing
(
    `page_id` String COMMENT 'Page or Instagram account',
    `person_id` String COMMENT 'person'
)
ENGINE = Memory
;

CREATE TABLE erasing_keys
(
    `kind` String COMMENT 'contact (SHA-256), report (its id), refusal or event (their ids)',
    `key` String COMMENT 'the key'
)
ENGINE = Memory
;

CREATE TABLE events
(
    `event_id` UUID COMMENT 'identity: the same for every delivery of one event',
    `channel` LowCardinality(String) COMMENT 'messenger, instagram or whatsapp',
    `page_id` LowCardinality(String) COMMENT 'Page or Instagram account',
    `person_id` String COMMENT 'PSID or IGSID; user_ref:... while only a plugin knows the person' CODEC(ZSTD(1)),
    `time` DateTime64(3, 'UTC') COMMENT 'when it happened' CODEC(Delta(8), ZSTD(1)),
    `time_origin` LowCardinality(String) COMMENT 'where time is from: event, entry (webhook entry), receipt, or clamped (receipt, because its own is impossible)',
    `place` UInt32 COMMENT 'place in its delivery: orders events of one millisecond' CODEC(T64, ZSTD(1)),
    `received_at` DateTime64(3, 'UTC') COMMENT 'when it came in' CODEC(Delta(8), ZSTD(1)),
    `kind` LowCardinality(String) COMMENT 'message, echo, postback, referral, opt_in, delivery, read, conversion, other',
    `name` LowCardinality(String) COMMENT 'wire name of an other event; goal of a conversion',
    `mid` String COMMENT 'message id of Meta' CODEC(ZSTD(1)),
    `payload` String COMMENT 'payload of a postback or quick reply' CODEC(ZSTD(1)),
    `text` String COMMENT 'message text; empty unless the configuration keeps it' CODEC(ZSTD(3)),
    `app_id` LowCardinality(String) COMMENT 'app that sent an echo',
    `source` LowCardinality(String) COMMENT 'door: ad, link, qr, ...; empty if the event carries none',
    `source_name` LowCardinality(String) COMMENT 'the door on the wire: ADS, SHORTLINK, ...',
    `ref` String COMMENT 'referral parameter as it came' CODEC(ZSTD(1)),
    `ad_id` String COMMENT 'ad of the referral' CODEC(ZSTD(1)),
    `ad_title` String COMMENT 'title of the ad\'s creative' CODEC(ZSTD(1)),
    `post_id` String COMMENT 'post of the ad or the comment' CODEC(ZSTD(1)),
    `referer_uri` String COMMENT 'page the visitor was on (chat plugin)' CODEC(ZSTD(1)),
    `value` Nullable(Decimal(18, 4)) COMMENT 'what a conversion was worth',
    `currency` LowCardinality(String) COMMENT 'ISO 4217; empty without value',
    `raw` String COMMENT 'the event\'s own JSON' CODEC(ZSTD(3)),
    `version` UInt64 COMMENT '2^64-1 minus time of receipt and row in its block: of duplicates the first wins' CODEC(ZSTD(1)),
    INDEX by_time time TYPE minmax GRANULARITY 1
)
ENGINE = ReplacingMergeTree(version)
PARTITION BY toYYYYMM(time)
ORDER BY (page_id, person_id, time, event_id)
SETTINGS non_replicated_deduplication_window = 1000, index_granularity = 8192
;

CREATE TABLE events_by_person
(
    `event_id` UUID COMMENT 'identity: the same for every delivery of one event' CODEC(NONE),
    `channel` LowCardinality(String) COMMENT 'messenger, instagram or whatsapp' CODEC(ZSTD(1)),
    `page_id` LowCardinality(String) COMMENT 'Page or Instagram account' CODEC(ZSTD(1)),
    `person_id` String COMMENT 'PSID or IGSID; user_ref:... while only a plugin knows the person' CODEC(ZSTD(3)),
    `time` DateTime64(3, 'UTC') COMMENT 'when it happened' CODEC(ZSTD(1)),
    `time_origin` LowCardinality(String) COMMENT 'where time is from: event, entry (webhook entry), receipt, or clamped (receipt, because its own is impossible)' CODEC(ZSTD(1)),
    `place` UInt32 COMMENT 'place in its delivery: orders events of one millisecond' CODEC(T64, ZSTD(1)),
    `received_at` DateTime64(3, 'UTC') COMMENT 'when it came in' CODEC(ZSTD(1)),
    `kind` LowCardinality(String) COMMENT 'message, echo, postback, referral, opt_in, delivery, read, conversion, other' CODEC(ZSTD(1)),
    `name` LowCardinality(String) COMMENT 'wire name of an other event; goal of a conversion' CODEC(ZSTD(1)),
    `mid` String COMMENT 'message id of Meta' CODEC(ZSTD(1)),
    `payload` String COMMENT 'payload of a postback or quick reply' CODEC(ZSTD(1)),
    `text` String COMMENT 'message text; empty unless the configuration keeps it' CODEC(ZSTD(3)),
    `app_id` LowCardinality(String) COMMENT 'app that sent an echo' CODEC(ZSTD(1)),
    `persona_id` LowCardinality(String) COMMENT 'persona that an echo was sent as' CODEC(ZSTD(1)),
    `tag` LowCardinality(String) COMMENT 'message tag that an echo was sent under' CODEC(ZSTD(1)),
    `source` LowCardinality(String) COMMENT 'door: ad, link, qr, ...; empty if the event carries none' CODEC(ZSTD(1)),
    `source_name` LowCardinality(String) COMMENT 'the door on the wire: ADS, SHORTLINK, ...' CODEC(ZSTD(1)),
    `ref` String COMMENT 'referral parameter as it came' CODEC(ZSTD(1)),
    `ad_id` String COMMENT 'ad of the referral' CODEC(ZSTD(1)),
    `ad_title` String COMMENT 'title of the ad\'s creative' CODEC(ZSTD(1)),
    `post_id` String COMMENT 'post of the ad or the comment' CODEC(ZSTD(1)),
    `referer_uri` String COMMENT 'page the visitor was on (chat plugin)' CODEC(ZSTD(1)),
    `value` Nullable(Decimal(18, 4)) COMMENT 'what a conversion was worth' CODEC(ZSTD(1)),
    `currency` LowCardinality(String) COMMENT 'ISO 4217; empty without value' CODEC(ZSTD(1)),
    `raw` String COMMENT 'the event\'s own JSON' CODEC(ZSTD(3)),
    `version` UInt64 COMMENT '2^64-1 minus time of receipt and row in its block: of duplicates the first wins' CODEC(ZSTD(1)),
    INDEX by_time time TYPE minmax GRANULARITY 1
)
ENGINE = ReplacingMergeTree(version)
PARTITION BY toYYYYMM(time)
ORDER BY (page_id, person_id, time, event_id)
SETTINGS index_granularity = 512, min_compress_block_size = 4096, non_replicated_deduplication_window = 1000
;

CREATE TABLE feedback
(
    `event_id` String COMMENT 'by which Meta knows the event again',
    `event_name` LowCardinality(String) COMMENT 'Meta\'s name of it',
    `page_id` LowCardinality(String) COMMENT 'Page or Instagram account',
    `person_id` String COMMENT 'person',
    `time` DateTime64(3, 'UTC') COMMENT 'when the conversion happened',
    `status` LowCardinality(String) COMMENT 'sent, refused, expired (too old for Meta), withheld (no consent), or again (refused once, to be tried again)',
    `reason` String COMMENT 'why it was not sent, in Meta\'s words if they are Meta\'s',
    `trace` String COMMENT 'by which Meta\'s support finds the request',
    `version` UInt64 COMMENT 'UTC microseconds'
)
ENGINE = ReplacingMergeTree(version)
ORDER BY event_id
SETTINGS index_granularity = 1024, non_replicated_deduplication_window = 1000
;

CREATE TABLE link_visits
(
    `visit_id` String COMMENT 'chance; of a person\'s visit the number behind the ref' CODEC(ZSTD(1)),
    `slug` LowCardinality(String) COMMENT 'the link',
    `page_id` LowCardinality(String) COMMENT 'the link\'s Page at that time; may be empty',
    `ref` LowCardinality(String) COMMENT 'the link\'s ref at that time',
    `visitor` LowCardinality(String) COMMENT 'person, or program (bot, link preview, HEAD)',
    `time` DateTime64(3, 'UTC') COMMENT 'when' CODEC(Delta(8), ZSTD(1))
)
ENGINE = ReplacingMergeTree
PARTITION BY toYYYYMM(time)
ORDER BY (slug, time, visit_id)
SETTINGS non_replicated_deduplication_window = 1000, index_granularity = 8192
;

CREATE TABLE links
(
    `slug` String COMMENT 'name in our own address /l/{slug}',
    `page` String COMMENT 'user name or id of the Page or the Instagram account',
    `page_id` String COMMENT 'Page whose events the link belongs to; empty: any with this ref',
    `is_instagram` Bool COMMENT 'whether it leads to ig.me',
    `ref` String COMMENT 'referral parameter without a click\'s mark',
    `text` String COMMENT 'text that Messenger puts into the person\'s input',
    `campaign` String COMMENT 'campaign, as the team calls it',
    `medium` String COMMENT 'poster, newsletter, bio, ...',
    `owner` String COMMENT 'who looks after it',
    `cost` Nullable(Decimal(18, 4)) COMMENT 'what making and placing it cost',
    `currency` String COMMENT 'ISO 4217; empty without cost',
    `is_printed` Bool COMMENT 'whether it is printed as a QR code',
    `is_archived` Bool COMMENT 'whether it is out of use',
    `version` UInt64 COMMENT 'UTC microseconds of the edit: the latest stays'
)
ENGINE = ReplacingMergeTree(version)
ORDER BY slug
SETTINGS index_granularity = 8192
;

CREATE TABLE matched_conversions
(
    `report_id` String COMMENT 'the reporter\'s id',
    `matched_by` LowCardinality(String) COMMENT 'person, click or contact; empty: nobody',
    `page_id` String COMMENT 'Page or Instagram account',
    `person_id` String COMMENT 'person; empty: taken back, or waiting',
    `channel` LowCardinality(String) COMMENT 'messenger, instagram or whatsapp',
    `time` DateTime64(3, 'UTC') COMMENT 'time of the event',
    `event_id` UUID COMMENT 'the event',
    `version` UInt64 COMMENT '4 times the version of the report, and 2 if it stands, 1 if it is taken back or waits'
)
ENGINE = ReplacingMergeTree(version)
ORDER BY report_id
SETTINGS index_granularity = 512, non_replicated_deduplication_window = 1000
;

CREATE TABLE people
(
    `page_id` LowCardinality(String) COMMENT 'Page or Instagram account' CODEC(ZSTD(1)),
    `person_id` String COMMENT 'person' CODEC(ZSTD(1)),
    `first_event` Int64 COMMENT 'time of their first event' CODEC(T64, ZSTD(1)),
    `opened` Array(Int64) COMMENT 'when each of their conversations was opened' CODEC(T64, ZSTD(1)),
    `touched` Array(Int64) COMMENT 'time of each of their touchpoints' CODEC(T64, ZSTD(1)),
    `converted` Array(Int64) COMMENT 'time of each of their conversions' CODEC(T64, ZSTD(1)),
    `version` UInt64 COMMENT 'the highest counts: the turn of who wrote it times 2^32, and a number in it; before, UTC microseconds',
    `made_at` DateTime64(3, 'UTC') DEFAULT fromUnixTimestamp64Micro(toInt64(version), 'UTC') COMMENT 'when the row was made'
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (page_id, person_id)
SETTINGS index_granularity = 256, min_compress_block_size = 4096, non_replicated_deduplication_window = 1000
;

CREATE TABLE person_consents
(
    `page_id` String COMMENT 'Page or Instagram account',
    `person_id` String COMMENT 'person',
    `consent` UInt8 COMMENT '1: Meta may be told, 0: it may not',
    `version` UInt128 COMMENT 'version of the report that said so'
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (page_id, person_id)
SETTINGS index_granularity = 512, non_replicated_deduplication_window = 1000
;

CREATE TABLE program_settings
(
    `only` UInt8 COMMENT '1: there is one row',
    `time_zone` String COMMENT 'IANA zone in which a day is a day',
    `lookback_days` UInt32 COMMENT 'days before a conversion in which touchpoints earn credit',
    `half_life_days` Float64 COMMENT 'days in which a touchpoint\'s weight halves (time_decay)',
    `first_share` Float64 COMMENT 'share of the first touchpoint (position)',
    `last_share` Float64 COMMENT 'share of the last touchpoint (position)',
    `version` UInt64 COMMENT 'UTC microseconds of the change'
)
ENGINE = ReplacingMergeTree(version)
ORDER BY only
SETTINGS non_replicated_deduplication_window = 100, index_granularity = 8192
;

CREATE TABLE quarantine
(
    `refusal_id` UUID COMMENT 'hash of body: the same item delivered twice is one refusal',
    `received_at` DateTime64(3, 'UTC') COMMENT 'when it came in',
    `position` String COMMENT 'journal segment and offset',
    `place` String COMMENT 'JSON path inside the webhook it came in',
    `reason` String COMMENT 'why it was refused',
    `body` String COMMENT 'the refused item as a webhook of its own' CODEC(ZSTD(3)),
    `replayed_at` DateTime64(3, 'UTC') COMMENT 'when it was understood after all; 1970 if it was not'
)
ENGINE = ReplacingMergeTree(replayed_at)
ORDER BY refusal_id
SETTINGS non_replicated_deduplication_window = 1000, index_granularity = 8192
;

CREATE TABLE report_consents
(
    `report_id` String COMMENT 'the reporter\'s id',
    `consent` UInt8 COMMENT '1: Meta may be told, 0: it may not',
    `version` UInt128 COMMENT 'version of the report that said so'
)
ENGINE = ReplacingMergeTree(version)
ORDER BY report_id
SETTINGS index_granularity = 512, non_replicated_deduplication_window = 1000
;

CREATE TABLE report_definitions
(
    `name` String COMMENT 'name of the report',
    `definition` String COMMENT 'its keys, as JSON',
    `version` UInt64 COMMENT 'UTC microseconds of the edit',
    `is_deleted` UInt8 COMMENT '1: it was removed'
)
ENGINE = ReplacingMergeTree(version, is_deleted)
ORDER BY name
SETTINGS non_replicated_deduplication_window = 1000, index_granularity = 8192
;

CREATE TABLE report_deliveries
(
    `report` LowCardinality(String) COMMENT 'name of the report',
    `run` String COMMENT 'the run',
    `destination` LowCardinality(String) COMMENT 'where to',
    `status` LowCardinality(String) COMMENT 'sending, sent, failed (it is tried again) or uncertain (it may have arrived and is not sent again)',
    `error` String COMMENT 'why it failed',
    `changed_at` DateTime64(3, 'UTC') COMMENT 'when',
    `version` UInt64 COMMENT 'UTC microseconds of the change'
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (report, run, destination)
SETTINGS non_replicated_deduplication_window = 1000, index_granularity = 8192
;

CREATE TABLE report_events
(
    `report_id` String COMMENT 'the reporter\'s id',
    `event_id` UUID COMMENT 'the event; nil: none, it is taken back or waits',
    `matched_by` LowCardinality(String) COMMENT 'person, click or contact; empty: nobody',
    `page_id` String COMMENT 'Page or Instagram account',
    `person_id` String COMMENT 'person; empty: nobody',
    `time` DateTime64(3, 'UTC') COMMENT 'time of the event',
    `version` UInt128 COMMENT 'version of the report that it was made of'
)
ENGINE = ReplacingMergeTree(version)
PARTITION BY toYYYYMM(time)
ORDER BY (report_id, event_id, version)
SETTINGS index_granularity = 512, non_replicated_deduplication_window = 1000
;

CREATE TABLE report_runs
(
    `report` LowCardinality(String) COMMENT 'name of the report',
    `run` String COMMENT 'the report and when it was due; of a run by hand, when it was asked for',
    `due_at` DateTime64(3, 'UTC') COMMENT 'the instant that its range ends by',
    `by_hand` UInt8 COMMENT '1: somebody asked for it; 0: it was scheduled',
    `status` LowCardinality(String) COMMENT 'running, done, failed (it is tried again) or given_up',
    `attempt` UInt32 COMMENT 'how often it was begun',
    `started_at` DateTime64(3, 'UTC') COMMENT 'when it was begun last',
    `ended_at` Nullable(DateTime64(3, 'UTC')) COMMENT 'when it ended',
    `told` String COMMENT 'definition, range, watermark and files, as JSON: the side file',
    `error` String COMMENT 'why it failed',
    `version` UInt64 COMMENT 'UTC microseconds of the change'
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (report, run)
SETTINGS non_replicated_deduplication_window = 1000, index_granularity = 8192
;

CREATE TABLE report_schedules
(
    `report` String COMMENT 'name of the report',
    `schedule` String COMMENT 'its cron expression and time zone; empty: by hand only',
    `since` DateTime64(3, 'UTC') COMMENT 'when it was seen first, or written',
    `version` UInt64 DEFAULT toUInt64(toUnixTimestamp64Milli(since)) * 1000 COMMENT 'the highest counts: UTC microseconds, or one more than the one before'
)
ENGINE = MergeTree
ORDER BY (report, schedule, since)
SETTINGS non_replicated_deduplication_window = 1000, index_granularity = 8192
;

CREATE TABLE reported_conversions
(
    `report_id` String COMMENT 'the reporter\'s id',
    `name` LowCardinality(String) COMMENT 'lead, purchase or another goal',
    `time` DateTime64(3, 'UTC') COMMENT 'when it happened',
    `value` Nullable(Decimal(18, 4)) COMMENT 'what it is worth, without what was refunded',
    `currency` LowCardinality(String) COMMENT 'ISO 4217; empty without value',
    `is_retracted` UInt8 COMMENT '1: taken back as a whole',
    `page_id` String COMMENT 'Page as the reporter knows it; may be empty',
    `person_id` String COMMENT 'person as the reporter knows them; may be empty',
    `click` String COMMENT 'number of a click on a tracked link; may be empty',
    `contacts` Array(String) COMMENT 'SHA-256 of phone number and e-mail address',
    `consent` Nullable(UInt8) COMMENT 'whether Meta may be told; null: not said',
    `received_at` DateTime64(3, 'UTC') COMMENT 'when it came in',
    `version` UInt64 COMMENT 'UTC microseconds of the change: the latest counts'
)
ENGINE = ReplacingMergeTree(version)
ORDER BY report_id
SETTINGS index_granularity = 512, non_replicated_deduplication_window = 1000
;

CREATE TABLE reports
(
    `report_id` String COMMENT 'the reporter\'s id',
    `name` LowCardinality(String) COMMENT 'lead, purchase or another goal',
    `time` DateTime64(3, 'UTC') COMMENT 'when it happened',
    `value` Nullable(Decimal(18, 4)) COMMENT 'what it is worth, without what was refunded',
    `currency` LowCardinality(String) COMMENT 'ISO 4217; empty without value',
    `is_retracted` UInt8 COMMENT '1: taken back as a whole',
    `page_id` String COMMENT 'Page as the reporter knows it; may be empty',
    `person_id` String COMMENT 'person as the reporter knows them; may be empty',
    `click` String COMMENT 'number of a click on a tracked link; may be empty',
    `contacts` Array(String) COMMENT 'SHA-256 of phone number and e-mail address',
    `received_at` DateTime64(3, 'UTC') COMMENT 'when it came in',
    `version` UInt128 COMMENT 'milliseconds of the change times 2^86, of the receipt times 2^44, place in the journal'
)
ENGINE = ReplacingMergeTree(version)
ORDER BY report_id
SETTINGS index_granularity = 512, non_replicated_deduplication_window = 1000
;

CREATE TABLE schema_migrations
(
    `version` UInt32 COMMENT 'number of the file',
    `name` String COMMENT 'name of the file',
    `checksum` String COMMENT 'SHA-256 of its text',
    `applied_at` DateTime64(3, 'UTC') DEFAULT now64(3) COMMENT 'when'
)
ENGINE = ReplacingMergeTree
ORDER BY version
SETTINGS index_granularity = 8192
;

CREATE TABLE spend
(
    `date` Date COMMENT 'day in the ad account\'s time zone',
    `ad_id` String COMMENT 'ad',
    `currency` LowCardinality(String) COMMENT 'ISO 4217',
    `ad_name` String COMMENT 'name of the ad; may be empty',
    `adset_name` String COMMENT 'name of its ad set; may be empty',
    `campaign_name` String COMMENT 'name of its campaign; may be empty',
    `impressions` UInt64 COMMENT 'how often it was shown',
    `clicks` UInt64 COMMENT 'link clicks',
    `spend` Decimal(18, 4) COMMENT 'cost in currency',
    `version` UInt64 COMMENT 'UTC microseconds of the import: the latest counts'
)
ENGINE = ReplacingMergeTree(version)
PARTITION BY toYYYYMM(date)
ORDER BY (date, ad_id, currency)
SETTINGS index_granularity = 8192
;

CREATE TABLE token_uses
(
    `name` String COMMENT 'name of the token',
    `used_at` DateTime64(3, 'UTC') COMMENT 'when'
)
ENGINE = ReplacingMergeTree(used_at)
ORDER BY name
SETTINGS non_replicated_deduplication_window = 1000, index_granularity = 8192
;

CREATE TABLE touchpoints
(
    `time` DateTime64(3, 'UTC') COMMENT 'when' CODEC(ZSTD(1)),
    `page_id` LowCardinality(String) COMMENT 'Page or Instagram account' CODEC(ZSTD(1)),
    `person_id` String COMMENT 'person' CODEC(ZSTD(1)),
    `number` UInt32 COMMENT 'the person\'s touchpoints up to this one' CODEC(ZSTD(1)),
    `channel` LowCardinality(String) COMMENT 'messenger, instagram or whatsapp' CODEC(ZSTD(1)),
    `source` LowCardinality(String) COMMENT 'door' CODEC(ZSTD(1)),
    `source_name` LowCardinality(String) COMMENT 'the door on the wire' CODEC(ZSTD(1)),
    `ref` String COMMENT 'referral parameter without a click\'s mark' CODEC(ZSTD(1)),
    `click` String COMMENT 'number of the tracked click that led here' CODEC(ZSTD(1)),
    `clicked` LowCardinality(String) COMMENT 'link of that click' CODEC(ZSTD(1)),
    `ad_id` LowCardinality(String) COMMENT 'ad of the referral' CODEC(ZSTD(1)),
    `ad_title` LowCardinality(String) COMMENT 'title of the ad\'s creative' CODEC(ZSTD(1)),
    `referer` LowCardinality(String) COMMENT 'host and path of the page that the visitor was on (chat plugin)' CODEC(ZSTD(1)),
    `version` UInt64 COMMENT 'the highest counts: the turn of who wrote it times 2^32, and a number in it; before, UTC microseconds',
    `is_deleted` UInt8 COMMENT '1: later events have shown that there is no such touchpoint'
)
ENGINE = ReplacingMergeTree(version, is_deleted)
PARTITION BY toYYYYMM(time)
ORDER BY (time, page_id, person_id, number)
SETTINGS min_age_to_force_merge_seconds = 3600, min_age_to_force_merge_on_partition_only = 1, non_replicated_deduplication_window = 1000, index_granularity = 8192
;

CREATE TABLE users
(
    `name` String COMMENT 'by which they log in',
    `password` String COMMENT 'Argon2id, in PHC form; empty: none was set yet',
    `role` LowCardinality(String) COMMENT 'viewer, analyst or admin',
    `epoch` UInt32 COMMENT 'grows when all sessions shall end',
    `invitation` String COMMENT 'SHA-256 of the one-time link by which a password is set; empty: none',
    `invited_at` DateTime64(3, 'UTC') COMMENT 'when the link was made',
    `created_at` DateTime64(3, 'UTC') COMMENT 'when the user was made',
    `version` UInt64 COMMENT 'UTC microseconds of the edit',
    `is_deleted` UInt8 COMMENT '1: was removed',
    `pages` Array(String) COMMENT 'Pages that they may see; all if empty'
)
ENGINE = ReplacingMergeTree(version, is_deleted)
ORDER BY name
SETTINGS non_replicated_deduplication_window = 1000, index_granularity = 8192
;

CREATE TABLE waiting_conversions
(
    `key` String COMMENT 'number of a click, or SHA-256 of a contact',
    `report_id` String COMMENT 'the reporter\'s id'
)
ENGINE = ReplacingMergeTree
ORDER BY (key, report_id)
SETTINGS index_granularity = 512, non_replicated_deduplication_window = 1000
;

CREATE TABLE webhook_counts
(
    `slot` DateTime('UTC') COMMENT 'begin of the quarter of an hour' CODEC(DoubleDelta, ZSTD(1)),
    `received_at` DateTime64(3, 'UTC') COMMENT 'when the webhook came in' CODEC(Delta(8), ZSTD(1)),
    `checksum` UInt32 COMMENT 'CRC-32 of the webhook\'s body' CODEC(NONE),
    `received` UInt64 COMMENT 'events that came in by it and were taken' CODEC(T64, ZSTD(1)),
    `erased` UInt64 COMMENT 'events, reported conversions and refused items that were not taken: their person had been erased after them' CODEC(T64, ZSTD(1))
)
ENGINE = ReplacingMergeTree
ORDER BY (slot, received_at, checksum)
SETTINGS non_replicated_deduplication_window = 1000, index_granularity = 8192
;

CREATE VIEW ads_now
(
    `ad_id` String,
    `account_id` String,
    `ad_name` String,
    `adset_id` String,
    `adset_name` String,
    `campaign_id` String,
    `campaign_name` String,
    `currency` String
)
AS SELECT
    ad_id,
    argMaxIf(account_id, version, account_id != '') AS account_id,
    argMaxIf(ad_name, version, ad_name != '') AS ad_name,
    argMaxIf(adset_id, version, adset_id != '') AS adset_id,
    argMaxIf(adset_name, version, adset_name != '') AS adset_name,
    argMaxIf(campaign_id, version, campaign_id != '') AS campaign_id,
    argMaxIf(campaign_name, version, campaign_name != '') AS campaign_name,
    argMaxIf(currency, version, currency != '') AS currency
FROM ads
GROUP BY ad_id
;

CREATE VIEW ad_campaigns
(
    `ad_id` String,
    `campaign` String,
    `ad_set` String
)
AS SELECT
    ad_id,
    campaign_name AS campaign,
    adset_name AS ad_set
FROM ads_now
;

CREATE MATERIALIZED VIEW clicks_of_visits TO clicks
(
    `click` String,
    `slug` LowCardinality(String)
)
AS SELECT
    visit_id AS click,
    slug
FROM link_visits
WHERE visitor = 'person'
;

CREATE VIEW links_now
(
    `slug` String,
    `page` String,
    `page_id` String,
    `is_instagram` Bool,
    `ref` String,
    `text` String,
    `campaign` String,
    `medium` String,
    `owner` String,
    `cost` Nullable(Decimal(18, 4)),
    `currency` String,
    `is_printed` Bool,
    `is_archived` Bool,
    `version` UInt64
)
AS SELECT *
FROM links
ORDER BY version DESC
LIMIT 1 BY slug
;

CREATE VIEW links_by_ref
(
    `ref` String,
    `candidates` Array(Tuple(
        String,
        Bool,
        String))
)
AS SELECT
    past.ref AS ref,
    arraySort(each -> ((each.1) = '', each.2, each.3), groupUniqArray((now.page_id, now.is_archived, now.slug))) AS candidates
FROM
(
    SELECT DISTINCT
        slug,
        ref
    FROM links
    WHERE ref != ''
) AS past
INNER JOIN links_now AS now ON now.slug = past.slug
GROUP BY past.ref
;

CREATE VIEW settings_now
(
    `time_zone` String,
    `lookback_days` UInt32,
    `half_life_days` Float64,
    `first_share` Float64,
    `last_share` Float64
)
AS SELECT
    if(count() = 0, 'UTC', argMax(program_settings.time_zone, version)) AS time_zone,
    if(count() = 0, 28, argMax(program_settings.lookback_days, version)) AS lookback_days,
    if(count() = 0, 7., argMax(program_settings.half_life_days, version)) AS half_life_days,
    if(count() = 0, 0.4, argMax(program_settings.first_share, version)) AS first_share,
    if(count() = 0, 0.4, argMax(program_settings.last_share, version)) AS last_share
FROM program_settings
;

CREATE VIEW v_conversations
(
    `day` Date COMMENT 'day of the opening, in the time zone of the settings',
    `opened_at` DateTime64(3, 'UTC') COMMENT 'when it was opened',
    `page_id` LowCardinality(String) COMMENT 'Page or Instagram account',
    `person_id` String COMMENT 'person',
    `number` UInt32 COMMENT 'the person\'s conversations up to this one: 1 is their first',
    `channel` LowCardinality(String) COMMENT 'messenger, instagram or whatsapp',
    `source_name` LowCardinality(String) COMMENT 'the door on the wire',
    `ref` String COMMENT 'referral parameter without a click\'s mark',
    `click` String COMMENT 'number of the tracked click that led here',
    `ad_id` LowCardinality(String) COMMENT 'ad of the referral',
    `ad_title` LowCardinality(String) COMMENT 'title of the ad\'s creative',
    `referer` LowCardinality(String) COMMENT 'host and path of the page that the visitor was on (chat plugin)',
    `depth` UInt8 COMMENT 'stages reached behind the opening: 1 is messaged, 5 is purchase',
    `messaged_at` Nullable(DateTime64(3, 'UTC')) COMMENT 'first message, or postback behind the opening',
    `answered_at` Nullable(DateTime64(3, 'UTC')) COMMENT 'first echo after that',
    `engaged_at` Nullable(DateTime64(3, 'UTC')) COMMENT 'message or postback after the answer',
    `lead_at` Nullable(DateTime64(3, 'UTC')) COMMENT 'lead after that',
    `purchase_at` Nullable(DateTime64(3, 'UTC')) COMMENT 'purchase after that',
    `last_act_at` DateTime64(3, 'UTC') COMMENT 'the person\'s last act in it',
    `waiting_since` Nullable(DateTime64(3, 'UTC')) COMMENT 'first message or postback that no echo followed',
    `acts` UInt32 COMMENT 'the person\'s acts in it',
    `answers` UInt32 COMMENT 'echoes in it',
    `answered_app` LowCardinality(String) COMMENT 'app of the echo that was the answer',
    `answered_persona` LowCardinality(String) COMMENT 'persona of that echo',
    `source` String COMMENT 'door of the opening act: ad, link, qr, chat_plugin, discover, comment, sponsored, notification, customer_match, organic, other',
    `link` String COMMENT 'registered link that it came by',
    `campaign` String COMMENT 'campaign of the link, else of the ad',
    `ad_set` String COMMENT 'ad set of the ad',
    `medium` String COMMENT 'medium of the link',
    `owner` String COMMENT 'owner of the link'
)
COMMENT 'conversations, one a row'
AS SELECT
    toDate(found.opened_at, assumeNotNull((
        SELECT time_zone
        FROM settings_now
    ))) AS day,
    found.opened_at AS opened_at,
    found.page_id AS page_id,
    found.person_id AS person_id,
    found.number AS number,
    found.channel AS channel,
    found.source_name AS source_name,
    found.ref AS ref,
    found.click AS click,
    found.ad_id AS ad_id,
    found.ad_title AS ad_title,
    found.referer AS referer,
    found.depth AS depth,
    found.messaged_at AS messaged_at,
    found.answered_at AS answered_at,
    found.engaged_at AS engaged_at,
    found.lead_at AS lead_at,
    found.purchase_at AS purchase_at,
    found.last_act_at AS last_act_at,
    found.waiting_since AS waiting_since,
    found.acts AS acts,
    found.answers AS answers,
    found.answered_app AS answered_app,
    found.answered_persona AS answered_persona,
    if((found.source = 'link') AND links_now.is_printed, 'qr', toString(found.source)) AS source,
    found.link AS link,
    if(links_now.campaign != '', links_now.campaign, ad_campaigns.campaign) AS campaign,
    ad_campaigns.ad_set AS ad_set,
    links_now.medium AS medium,
    links_now.owner AS owner
FROM
(
    SELECT
        made.opened_at AS opened_at,
        made.page_id AS page_id,
        made.person_id AS person_id,
        made.number AS number,
        made.channel AS channel,
        made.source_name AS source_name,
        made.ref AS ref,
        made.click AS click,
        made.ad_id AS ad_id,
        made.ad_title AS ad_title,
        made.referer AS referer,
        made.depth AS depth,
        made.messaged_at AS messaged_at,
        made.answered_at AS answered_at,
        made.engaged_at AS engaged_at,
        made.lead_at AS lead_at,
        made.purchase_at AS purchase_at,
        made.last_act_at AS last_act_at,
        made.waiting_since AS waiting_since,
        made.acts AS acts,
        made.answers AS answers,
        made.answered_app AS answered_app,
        made.answered_persona AS answered_persona,
        made.source AS source,
        multiIf(made.clicked != '', toString(made.clicked), (made.source IN ('link', 'qr')), (arrayFirst(each -> ((each.1) IN (made.page_id, '')), links_by_ref.candidates)).3, '') AS link
    FROM conversations AS made
    FINAL
    LEFT JOIN links_by_ref ON links_by_ref.ref = made.ref
) AS found
ANY LEFT JOIN links_now ON links_now.slug = found.link
ANY LEFT JOIN ad_campaigns ON ad_campaigns.ad_id = found.ad_id
SETTINGS join_use_nulls = 0, aggregate_functions_null_for_empty = 0
;

CREATE VIEW v_conversions
(
    `day` Date COMMENT 'day of the conversion, in the time zone of the settings',
    `time` DateTime64(3, 'UTC') COMMENT 'when',
    `page_id` LowCardinality(String) COMMENT 'Page or Instagram account',
    `person_id` String COMMENT 'person',
    `number` UInt32 COMMENT 'the person\'s conversions up to this one',
    `channel` LowCardinality(String) COMMENT 'messenger, instagram or whatsapp',
    `event_id` UUID COMMENT 'its event',
    `name` LowCardinality(String) COMMENT 'lead, purchase or another goal',
    `value` Nullable(Decimal(18, 4)) COMMENT 'what it was worth, in units of currency',
    `currency` LowCardinality(String) COMMENT 'ISO 4217; empty without value',
    `touchpoints_before` UInt32 COMMENT 'touchpoints that the person had before',
    `first_touch_at` Nullable(DateTime64(3, 'UTC')) COMMENT 'the first of them'
)
COMMENT 'conversions, one a row'
AS SELECT
    toDate(made.time, assumeNotNull((
        SELECT time_zone
        FROM settings_now
    ))) AS day,
    made.time AS time,
    made.page_id AS page_id,
    made.person_id AS person_id,
    made.number AS number,
    made.channel AS channel,
    made.event_id AS event_id,
    made.name AS name,
    CAST(CAST(made.value_e4, 'Nullable(Decimal(38, 4))') / 10000, 'Nullable(Decimal(18, 4))') AS value,
    made.currency AS currency,
    made.touchpoints_before AS touchpoints_before,
    made.first_touch_at AS first_touch_at
FROM conversions AS made
FINAL
;

CREATE VIEW v_events
(
    `day` Date COMMENT 'day of the event, in the time zone of the settings',
    `time` DateTime64(3, 'UTC') COMMENT 'when it happened',
    `event_id` UUID COMMENT 'identity: the same for every delivery of one event',
    `channel` LowCardinality(String) COMMENT 'messenger, instagram or whatsapp',
    `page_id` LowCardinality(String) COMMENT 'Page or Instagram account',
    `person_id` String COMMENT 'PSID or IGSID; user_ref:... while only a plugin knows the person',
    `time_origin` LowCardinality(String) COMMENT 'where time is from: event, entry (webhook entry), receipt, or clamped (receipt, because its own is impossible)',
    `place` UInt32 COMMENT 'place in its delivery: orders events of one millisecond',
    `received_at` DateTime64(3, 'UTC') COMMENT 'when it came in',
    `kind` LowCardinality(String) COMMENT 'message, echo, postback, referral, opt_in, delivery, read, conversion, other',
    `name` LowCardinality(String) COMMENT 'wire name of an other event; goal of a conversion',
    `mid` String COMMENT 'message id of Meta',
    `payload` String COMMENT 'payload of a postback or quick reply; (contact) for a phone number or e-mail address',
    `app_id` LowCardinality(String) COMMENT 'app that sent an echo',
    `persona_id` LowCardinality(String) COMMENT 'persona that an echo was sent as',
    `tag` LowCardinality(String) COMMENT 'message tag that an echo was sent under',
    `source` LowCardinality(String) COMMENT 'door: ad, link, qr, ...; empty if the event carries none',
    `source_name` LowCardinality(String) COMMENT 'the door on the wire: ADS, SHORTLINK, ...',
    `ref` String COMMENT 'referral parameter as it came',
    `ad_id` String COMMENT 'ad of the referral',
    `ad_title` String COMMENT 'title of the ad\'s creative',
    `post_id` String COMMENT 'post of the ad or the comment',
    `referer_uri` String COMMENT 'page the visitor was on (chat plugin)',
    `value` Nullable(Decimal(18, 4)) COMMENT 'what a conversion was worth, in units of currency',
    `currency` LowCardinality(String) COMMENT 'ISO 4217; empty without value'
)
DEFINER = funnel SQL SECURITY DEFINER
COMMENT 'events, one a row, without message text'
AS SELECT
    toDate(found.time, assumeNotNull((
        SELECT time_zone
        FROM settings_now
    ))) AS day,
    found.time AS time,
    found.event_id AS event_id,
    found.channel AS channel,
    found.page_id AS page_id,
    found.person_id AS person_id,
    found.time_origin AS time_origin,
    found.place AS place,
    found.received_at AS received_at,
    found.kind AS kind,
    found.name AS name,
    found.mid AS mid,
    if((found.kind = 'message') AND match(found.payload, '^([^@ ]+@[^@ ]+[.][^@ ]+|[+ ().0-9/-]*[0-9]{3}[+ ().0-9/-]*)$'), '(contact)', found.payload) AS payload,
    found.app_id AS app_id,
    found.persona_id AS persona_id,
    found.tag AS tag,
    found.source AS source,
    found.source_name AS source_name,
    found.ref AS ref,
    found.ad_id AS ad_id,
    found.ad_title AS ad_title,
    found.post_id AS post_id,
    found.referer_uri AS referer_uri,
    found.value AS value,
    found.currency AS currency
FROM
(
    SELECT
        time,
        event_id,
        channel,
        page_id,
        person_id,
        time_origin,
        place,
        received_at,
        kind,
        name,
        mid,
        payload,
        app_id,
        persona_id,
        tag,
        source,
        source_name,
        ref,
        ad_id,
        ad_title,
        post_id,
        referer_uri,
        value,
        currency
    FROM events_by_person
    FINAL
    WHERE time_origin NOT IN ('receipt', 'clamped')
    UNION ALL
    SELECT
        time,
        event_id,
        channel,
        page_id,
        person_id,
        time_origin,
        place,
        received_at,
        kind,
        name,
        mid,
        payload,
        app_id,
        persona_id,
        tag,
        source,
        source_name,
        ref,
        ad_id,
        ad_title,
        post_id,
        referer_uri,
        value,
        currency
    FROM
    (
        SELECT
            time,
            event_id,
            channel,
            page_id,
            person_id,
            time_origin,
            place,
            received_at,
            kind,
            name,
            mid,
            payload,
            app_id,
            persona_id,
            tag,
            source,
            source_name,
            ref,
            ad_id,
            ad_title,
            post_id,
            referer_uri,
            value,
            currency
        FROM events_by_person
        WHERE time_origin IN ('receipt', 'clamped')
        ORDER BY version DESC
        LIMIT 1 BY event_id
    )
) AS found
WHERE NOT ((found.kind = 'conversion') AND (found.name = ''))
;

CREATE VIEW v_funnel_daily
(
    `day` Date COMMENT 'day of the opening, in the time zone of the settings',
    `page_id` LowCardinality(String) COMMENT 'Page or Instagram account',
    `channel` LowCardinality(String) COMMENT 'messenger, instagram or whatsapp',
    `source` String COMMENT 'door of the opening act',
    `ad_id` LowCardinality(String) COMMENT 'ad of the referral',
    `link` String COMMENT 'registered link that it came by',
    `campaign` String COMMENT 'campaign of the link, else of the ad',
    `ad_set` String COMMENT 'ad set of the ad',
    `medium` String COMMENT 'medium of the link',
    `owner` String COMMENT 'owner of the link',
    `opened` Int64 COMMENT 'conversations that were opened',
    `messaged` Int64 COMMENT 'of those, in which the person wrote',
    `answered` Int64 COMMENT 'of those, that were answered',
    `engaged` Int64 COMMENT 'of those, in which the person went on after the answer',
    `lead` Int64 COMMENT 'of those, that became a lead',
    `purchase` Int64 COMMENT 'of those, that became a purchase'
)
COMMENT 'the funnel click-to-messenger: conversations that reached each stage, by day of opening and door'
AS SELECT
    counted.day AS day,
    counted.page_id AS page_id,
    counted.channel AS channel,
    counted.source AS source,
    counted.ad_id AS ad_id,
    counted.link AS link,
    counted.campaign AS campaign,
    counted.ad_set AS ad_set,
    counted.medium AS medium,
    counted.owner AS owner,
    count() AS opened,
    countIf(counted.depth >= 1) AS messaged,
    countIf(counted.depth >= 2) AS answered,
    countIf(counted.depth >= 3) AS engaged,
    countIf(counted.depth >= 4) AS lead,
    countIf(counted.depth >= 5) AS purchase
FROM v_conversations AS counted
GROUP BY
    day,
    page_id,
    channel,
    source,
    ad_id,
    link,
    campaign,
    ad_set,
    medium,
    owner
SETTINGS join_use_nulls = 0, aggregate_functions_null_for_empty = 0
;

CREATE VIEW v_ads_daily
(
    `day` Date COMMENT 'day: of what ads cost in the ad account\'s zone, of conversations in that of the settings',
    `account_id` String COMMENT 'ad account; empty if unknown',
    `campaign_id` String COMMENT 'campaign',
    `campaign` String COMMENT 'its name',
    `ad_set_id` String COMMENT 'ad set',
    `ad_set` String COMMENT 'its name',
    `ad_id` String COMMENT 'ad',
    `ad` String COMMENT 'its name',
    `currency` String COMMENT 'ISO 4217, of spend; empty if nothing is known of it',
    `impressions` Nullable(Int64) COMMENT 'how often it was shown; null if unknown',
    `clicks` Nullable(Int64) COMMENT 'link clicks; null if unknown',
    `spend` Nullable(Decimal(18, 4)) COMMENT 'what it cost, in units of currency; null if unknown',
    `started` Nullable(Int64) COMMENT 'conversations started, as Meta counts them; null if unknown',
    `opened` Int64 COMMENT 'conversations that were opened',
    `messaged` Int64 COMMENT 'of those, in which the person wrote',
    `answered` Int64 COMMENT 'of those, that were answered',
    `engaged` Int64 COMMENT 'of those, in which the person went on after the answer',
    `lead` Int64 COMMENT 'of those, that became a lead',
    `purchase` Int64 COMMENT 'of those, that became a purchase'
)
COMMENT 'ads by day: spend beside the conversations that they brought'
AS WITH
    told AS
    (
        SELECT
            date,
            account_id,
            only_ad,
            ad_id,
            currency,
            each_impressions AS impressions,
            each_clicks AS clicks,
            each_spend AS spend,
            each_started AS started,
            version,
            max(version) OVER (PARTITION BY date, ad_id) AS newest
        FROM ad_days
        FINAL
        ARRAY JOIN
            ad_ids AS ad_id,
            currencies AS currency,
            impressions AS each_impressions,
            clicks AS each_clicks,
            spend AS each_spend,
            started AS each_started
    ),
    whole AS
    (
        SELECT
            date,
            toString(account_id) AS account_id,
            max(version) AS version
        FROM ad_days
        WHERE only_ad = ''
        GROUP BY
            date,
            account_id
    ),
    named AS
    (
        SELECT
            told.date AS date,
            if(told.account_id != '', toString(told.account_id), toString(ads_now.account_id)) AS account_id,
            told.only_ad AS only_ad,
            told.ad_id AS ad_id,
            toString(told.currency) AS currency,
            told.impressions AS impressions,
            told.clicks AS clicks,
            told.spend AS spend,
            told.started AS started,
            told.version AS version
        FROM told
        ANY LEFT JOIN ads_now ON ads_now.ad_id = told.ad_id
        WHERE told.version = told.newest
    ),
    paid AS
    (
        SELECT
            named.date AS date,
            named.ad_id AS ad_id,
            named.currency AS currency,
            max(named.account_id) AS account_id,
            if(countIf(isNull(named.impressions)) > 0, NULL, sum(named.impressions)) AS impressions,
            if(countIf(isNull(named.clicks)) > 0, NULL, sum(named.clicks)) AS clicks,
            sum(named.spend) AS spend,
            if(countIf(isNull(named.started)) > 0, NULL, sum(named.started)) AS started,
            row_number() OVER (PARTITION BY date, ad_id ORDER BY currency ASC) AS place
        FROM named
        ANY LEFT JOIN whole ON (whole.date = named.date) AND (whole.account_id = named.account_id)
        WHERE (named.only_ad = '') OR (whole.version <= named.version)
        GROUP BY
            date,
            ad_id,
            currency
    ),
    came AS
    (
        SELECT
            v_funnel_daily.day AS date,
            toString(v_funnel_daily.ad_id) AS ad_id,
            1 AS place,
            sum(v_funnel_daily.opened) AS opened,
            sum(v_funnel_daily.messaged) AS messaged,
            sum(v_funnel_daily.answered) AS answered,
            sum(v_funnel_daily.engaged) AS engaged,
            sum(v_funnel_daily.lead) AS lead,
            sum(v_funnel_daily.purchase) AS purchase
        FROM v_funnel_daily
        WHERE (v_funnel_daily.source = 'ad') AND (v_funnel_daily.ad_id != '')
        GROUP BY
            date,
            ad_id
    ),
    both AS
    (
        SELECT
            date,
            ad_id,
            account_id,
            currency,
            place,
            impressions,
            clicks,
            spend,
            started,
            0 AS opened,
            0 AS messaged,
            0 AS answered,
            0 AS engaged,
            0 AS lead,
            0 AS purchase
        FROM paid
        UNION ALL
        SELECT
            date,
            ad_id,
            '' AS account_id,
            '' AS currency,
            place,
            NULL AS impressions,
            NULL AS clicks,
            NULL AS spend,
            NULL AS started,
            opened,
            messaged,
            answered,
            engaged,
            lead,
            purchase
        FROM came
    ),
    joined AS
    (
        SELECT
            both.date AS date,
            both.ad_id AS ad_id,
            max(both.account_id) AS account_id,
            max(both.currency) AS currency,
            max(both.impressions) AS impressions,
            max(both.clicks) AS clicks,
            max(both.spend) AS spend,
            max(both.started) AS started,
            sum(both.opened) AS opened,
            sum(both.messaged) AS messaged,
            sum(both.answered) AS answered,
            sum(both.engaged) AS engaged,
            sum(both.lead) AS lead,
            sum(both.purchase) AS purchase
        FROM both
        GROUP BY
            date,
            ad_id,
            both.place
    )
SELECT
    joined.date AS day,
    if(joined.account_id != '', joined.account_id, toString(ads_now.account_id)) AS account_id,
    ads_now.campaign_id AS campaign_id,
    ads_now.campaign_name AS campaign,
    ads_now.adset_id AS ad_set_id,
    ads_now.adset_name AS ad_set,
    joined.ad_id AS ad_id,
    ads_now.ad_name AS ad,
    joined.currency AS currency,
    joined.impressions AS impressions,
    joined.clicks AS clicks,
    joined.spend AS spend,
    joined.started AS started,
    joined.opened AS opened,
    joined.messaged AS messaged,
    joined.answered AS answered,
    joined.engaged AS engaged,
    joined.lead AS lead,
    joined.purchase AS purchase
FROM joined
ANY LEFT JOIN ads_now ON ads_now.ad_id = joined.ad_id
SETTINGS join_use_nulls = 0, aggregate_functions_null_for_empty = 0
;

CREATE VIEW v_touchpoints
(
    `day` Date COMMENT 'day of the touchpoint, in the time zone of the settings',
    `time` DateTime64(3, 'UTC') COMMENT 'when',
    `page_id` LowCardinality(String) COMMENT 'Page or Instagram account',
    `person_id` String COMMENT 'person',
    `number` UInt32 COMMENT 'the person\'s touchpoints up to this one',
    `channel` LowCardinality(String) COMMENT 'messenger, instagram or whatsapp',
    `source_name` LowCardinality(String) COMMENT 'the door on the wire',
    `ref` String COMMENT 'referral parameter without a click\'s mark',
    `click` String COMMENT 'number of the tracked click that led here',
    `ad_id` LowCardinality(String) COMMENT 'ad of the referral',
    `ad_title` LowCardinality(String) COMMENT 'title of the ad\'s creative',
    `referer` LowCardinality(String) COMMENT 'host and path of the page that the visitor was on (chat plugin)',
    `source` String COMMENT 'door',
    `link` String COMMENT 'registered link that it came by',
    `campaign` String COMMENT 'campaign of the link, else of the ad',
    `ad_set` String COMMENT 'ad set of the ad',
    `medium` String COMMENT 'medium of the link',
    `owner` String COMMENT 'owner of the link'
)
COMMENT 'touchpoints, one a row'
AS SELECT
    toDate(found.time, assumeNotNull((
        SELECT time_zone
        FROM settings_now
    ))) AS day,
    found.time AS time,
    found.page_id AS page_id,
    found.person_id AS person_id,
    found.number AS number,
    found.channel AS channel,
    found.source_name AS source_name,
    found.ref AS ref,
    found.click AS click,
    found.ad_id AS ad_id,
    found.ad_title AS ad_title,
    found.referer AS referer,
    if((found.source = 'link') AND links_now.is_printed, 'qr', toString(found.source)) AS source,
    found.link AS link,
    if(links_now.campaign != '', links_now.campaign, ad_campaigns.campaign) AS campaign,
    ad_campaigns.ad_set AS ad_set,
    links_now.medium AS medium,
    links_now.owner AS owner
FROM
(
    SELECT
        made.time AS time,
        made.page_id AS page_id,
        made.person_id AS person_id,
        made.number AS number,
        made.channel AS channel,
        made.source_name AS source_name,
        made.ref AS ref,
        made.click AS click,
        made.ad_id AS ad_id,
        made.ad_title AS ad_title,
        made.referer AS referer,
        made.source AS source,
        multiIf(made.clicked != '', toString(made.clicked), (made.source IN ('link', 'qr')), (arrayFirst(each -> ((each.1) IN (made.page_id, '')), links_by_ref.candidates)).3, '') AS link
    FROM touchpoints AS made
    FINAL
    LEFT JOIN links_by_ref ON links_by_ref.ref = made.ref
) AS found
ANY LEFT JOIN links_now ON links_now.slug = found.link
ANY LEFT JOIN ad_campaigns ON ad_campaigns.ad_id = found.ad_id
SETTINGS join_use_nulls = 0, aggregate_functions_null_for_empty = 0
;

CREATE VIEW v_attribution
(
    `day` Date COMMENT 'day of the conversion, in the time zone of the settings',
    `time` DateTime64(3, 'UTC') COMMENT 'when the conversion happened',
    `page_id` LowCardinality(String) COMMENT 'Page or Instagram account',
    `person_id` String COMMENT 'person',
    `number` UInt32 COMMENT 'the person\'s conversions up to this one',
    `name` LowCardinality(String) COMMENT 'lead, purchase or another goal',
    `value` Nullable(Decimal(18, 4)) COMMENT 'what the conversion was worth, in units of currency: multiply by a credit',
    `currency` LowCardinality(String) COMMENT 'ISO 4217; empty without value',
    `touched_at` Nullable(DateTime64(3, 'UTC')) COMMENT 'when the touchpoint was; null if the conversion has none',
    `position` UInt32 COMMENT 'place of the touchpoint in the journey, from 1; 0 if there is none',
    `touchpoints` UInt32 COMMENT 'touchpoints of the journey',
    `source` String COMMENT 'door of the touchpoint; (none) if the conversion has none',
    `campaign` String COMMENT 'campaign of the touchpoint',
    `ad_set` String COMMENT 'its ad set',
    `ad_id` String COMMENT 'its ad',
    `link` String COMMENT 'its registered link',
    `medium` String COMMENT 'medium of the link',
    `ref` String COMMENT 'its referral parameter',
    `credit_first` Float64 COMMENT 'credit that the model first gives; the credits of a conversion sum to 1',
    `credit_last` Float64 COMMENT 'the same by the model last',
    `credit_last_non_organic` Float64 COMMENT 'the same by the model last_non_organic',
    `credit_linear` Float64 COMMENT 'the same by the model linear',
    `credit_position` Float64 COMMENT 'the same by the model position',
    `credit_time_decay` Float64 COMMENT 'the same by the model time_decay'
)
COMMENT 'conversions and the touchpoints that share their credit: one row each pair'
AS WITH
    assumeNotNull((
        SELECT toInt64(lookback_days) * 86400000
        FROM settings_now
    )) AS lookback_ms,
    assumeNotNull((
        SELECT half_life_days * 86400000
        FROM settings_now
    )) AS half_life_ms,
    assumeNotNull((
        SELECT first_share
        FROM settings_now
    )) AS first_share,
    assumeNotNull((
        SELECT last_share
        FROM settings_now
    )) AS last_share,
    touched AS
    (
        SELECT
            v_touchpoints.page_id AS page_id,
            v_touchpoints.person_id AS person_id,
            arraySort(groupArray((v_touchpoints.number, v_touchpoints.time, v_touchpoints.source, v_touchpoints.campaign, v_touchpoints.ad_set, toString(v_touchpoints.ad_id), v_touchpoints.link, v_touchpoints.medium, v_touchpoints.ref))) AS touches
        FROM v_touchpoints
        WHERE (v_touchpoints.page_id, v_touchpoints.person_id) IN (
            SELECT
                page_id,
                person_id
            FROM conversions
            WHERE is_deleted = 0
        )
        GROUP BY
            page_id,
            person_id
    ),
    journeys AS
    (
        SELECT
            made.day AS day,
            made.time AS time,
            made.page_id AS page_id,
            made.person_id AS person_id,
            made.number AS number,
            made.name AS name,
            made.value AS value,
            made.currency AS currency,
            arrayFilter(touch -> (((touch.1) <= made.touchpoints_before) AND (toUnixTimestamp64Milli(touch.2) >= (toUnixTimestamp64Milli(made.time) - lookback_ms))), touched.touches) AS journey
        FROM v_conversions AS made
        LEFT JOIN touched ON (touched.page_id = made.page_id) AND (touched.person_id = made.person_id)
    ),
    placed AS
    (
        SELECT
            *,
            length(journey) AS length,
            arrayLastIndex(touch -> ((touch.3) != 'organic'), journey) AS named,
            arraySum(touch -> exp2((-(toUnixTimestamp64Milli((journey[-1]).2) - toUnixTimestamp64Milli(touch.2))) / half_life_ms), journey) AS weights,
            if(length = 0, [(0, NULL)], arrayMap((place, touch) -> (place, toNullable(touch.2)), arrayEnumerate(journey), journey)) AS places
        FROM journeys
    )
SELECT
    placed.day AS day,
    placed.time AS time,
    placed.page_id AS page_id,
    placed.person_id AS person_id,
    placed.number AS number,
    placed.name AS name,
    placed.value AS value,
    placed.currency AS currency,
    at.2 AS touched_at,
    toUInt32(at.1) AS position,
    toUInt32(placed.length) AS touchpoints,
    if((at.1) = 0, '(none)', (journey[at.1]).3) AS source,
    (journey[at.1]).4 AS campaign,
    (journey[at.1]).5 AS ad_set,
    (journey[at.1]).6 AS ad_id,
    (journey[at.1]).7 AS link,
    (journey[at.1]).8 AS medium,
    (journey[at.1]).9 AS ref,
    toFloat64((at.1) <= 1) AS credit_first,
    toFloat64((at.1) = placed.length) AS credit_last,
    toFloat64((at.1) = if(named = 0, placed.length, named)) AS credit_last_non_organic,
    1 / greatest(placed.length, 1) AS credit_linear,
    multiIf(placed.length <= 1, 1., placed.length = 2, multiIf((first_share + last_share) = 0, 0.5, (at.1) = 1, first_share / (first_share + last_share), 1 - (first_share / (first_share + last_share))), (at.1) = 1, first_share, (at.1) = placed.length, last_share, ((1 - first_share) - last_share) / (placed.length - 2)) AS credit_position,
    if(placed.length = 0, 1., exp2((-(toUnixTimestamp64Milli((journey[-1]).2) - toUnixTimestamp64Milli(assumeNotNull(at.2)))) / half_life_ms) / weights) AS credit_time_decay
FROM placed
ARRAY JOIN places AS at
SETTINGS join_use_nulls = 0, aggregate_functions_null_for_empty = 0
;

INSERT INTO schema_migrations (version, name, checksum) VALUES
    (1, '0001_events', '6a3bd7a9dc0ef8a3f3f3abcf5d88a4440c4a3c9fcb07020af81c5eeb8e4a34fb'),
    (2, '0002_quarantine', 'dd55ab46aff98d6e68b741b4cf197b9a1973fb08f4696140cdd9599a4667841e'),
    (3, '0003_links', '60b2fb2250d6f2447a88aec1b89827d946d89968a30bed2d3458eefdff6cf074'),
    (4, '0004_visits', '3a223eefb076b6af5203d82d8048215a3ff60b904a0c56a472b61c9be111a049'),
    (5, '0005_spend', 'fb5b30d4157bf2e92bf0b937f5275e44d5abd07ab3f8f51252b7b5c3915c6a0e'),
    (6, '0006_events_by_person', '5b2466b7ac91d27fa0c9d314d7887b984dcd60a541c58f681b748647292fc860'),
    (7, '0007_fill_events_by_person', '826ae11307618ec4bc33f7be439cd836a704c65f6a6f23b95208ea2479dc51e5'),
    (8, '0008_empty_events', 'ef2e4578cdbac0d44c4712b8b654f37c73f655dfb5bdd348150d5470be24a30a'),
    (9, '0009_changed_people', 'a774f7a4d54e40a41c1038a3b13734051744aaf5ae3f79be596499acb683cddd'),
    (10, '0010_people', '90adb88697741bde048f574fc55c24d5e13c76c1c2bf690ebd611020c6367c85'),
    (11, '0011_conversations', 'b5364045566b63b5a1f2a31d40f74d7df973c3f45bd76bd1ba2f7a47b70a660d'),
    (12, '0012_touchpoints', 'bd8c24eb582dde4d5d7b21007e6fd90cd03f9c06f2615782e5ddcae2b64ad1c1'),
    (13, '0013_conversions', '84949fb518db0a99d142a9031333720541e423916dc58d991e154af4418ea3ca'),
    (14, '0014_clicks', 'a449117f8ffd67efae80a4a8623eb57f8578e6e5c0f71df292dda86cc91840b6'),
    (15, '0015_clicks_of_visits', 'ccb5825c5651f127a925da85949ecb9d4379acd9f1da0355d76281e1889ab36e'),
    (16, '0016_fill_clicks', '62b9c791530a52f7b69cb9e09f6bc7a720a3c0cd86c4652eb11aa73e60ca6d2a'),
    (17, '0017_links_now', '5eda033e21d7cf4552a82ee3ac9026f4b87aa6c92436ddc2fbf18e3049578093'),
    (18, '0018_links_by_ref', '9a1c787d914e1870d7d8a7468fdcadd72c785aae86a62fd8ef3189a206c288c0'),
    (19, '0019_ad_campaigns', '113d2e1ec344085bf0c52f5ebe4a1b7deb5a2c45b53d634284f333dc6345e35b'),
    (20, '0020_everyone_changed', '43b0610e32dc87a42eb7ee5bfe6291dc75eb4be5004ca0c5eac6f6f8b9158c94'),
    (21, '0021_v_conversations', '2e189415b0119f8b795e486c53a377b89d9400731e984cf4a78a40119e99bb9a'),
    (22, '0022_v_touchpoints', 'c4930aeec70d99a4a62560e4ae324885df8e93eeac91fcc2b67369789558aa1c'),
    (23, '0023_aliases', '260e9e90b7492a6d6b9b0c58dcf9f011fff5372c83ddff5331a515dbbab1cb45'),
    (24, '0024_contacts', '4b6411a6b18346f4bed2ac30682ab7bcd03ab6f4ad90d87c4826104491d14297'),
    (25, '0025_audience_members', '2922054b9d58e3fb0e94b0611e8e3bd27dd3e57e63a5ade1dc799a25f45864a7'),
    (26, '0026_changed_batches', '935680b8e46f828921d7029d840457f96d125900dff21a979035f1a4c6d138dc'),
    (27, '0027_everyone_pending', '70a254cf496042a9d531518bc838ad048bdc9e3588aabb52e8da5d68e2c104ab'),
    (28, '0028_ad_days', '460a40a09af252bc54861d95c57b99d99190155dd35236a1074920eb73848d0b'),
    (29, '0029_fill_ad_days', '00bed1c21c5ab9b3a1b317db02c91b2866468af14e2e59d20fc44159a220f9a6'),
    (30, '0030_ads', '09231261c78ea4b476b12aceac33499f52fb18193be3d90d547382479e71d961'),
    (31, '0031_fill_ads', '8f856a1948bfd09536514d355e3e63a8e0fd25134a676d47617a1a94031b97e4'),
    (32, '0032_ads_now', '4f0cea3c73f6c9f628f2cb6fec3b4a2e57e49197c8129ca102502e1b285fd3cf'),
    (33, '0033_ad_campaigns_of_ads', '313319e0f0df439ec4923d11cf293d460c5131c3cf60a871885f30ba0deba90c'),
    (34, '0034_empty_spend', '0390e53a4438a5e22baed99ceb045d784ea470dd0b764d07a1dd8b37653b7a5b'),
    (35, '0035_ad_accounts', '67ca43083e2ad35221674e6bb44b4de1c21fe2a9a81bc9316704b0b98db875e2'),
    (36, '0036_costs', '11fe9694307bc1881eb27f4a6df42798ca6d18b3e4f60ff2ca54607f58e2a253'),
    (37, '0037_v_conversations_with_ad_sets', '1354d35cb35b02920192a853f9ea83d6e85cbd0d4374d3dbc176ed17d3b4838d'),
    (38, '0038_v_touchpoints_with_ad_sets', 'ae8e36b7c9d9b460bca7158576326cc7ded626bff7a27079cd5cb628fb770247'),
    (39, '0039_reported_conversions', '632caf3911fcacc83c724ecb0918da4be26b3e095d31070dc7b46d7f9046b57b'),
    (40, '0040_waiting_conversions', '2e962046aa3893f0fea3b070d0a1f88fad6ab833dc898d39772a69b0818b8d0f'),
    (41, '0041_matched_conversions', '369ed4381473682e90b217beaa4f230fb73003652a4506a28626ab245550a66a'),
    (42, '0042_arrivals', '59d3e9c8db133981ce48c7a3efffbafc9ce000211b7b96e2c6f48600305cdd9c'),
    (43, '0043_fill_arrivals', '3146b7e590c52aa89000129f546714028e9d3a04b562399d1acc90ea071c78b2'),
    (44, '0044_feedback', '2d60d5aaacad0d6bc885a4d35a887fc5e97f43030b3ed24418669a4372e6d02b'),
    (45, '0045_reports', 'daf92d0286ca7d172b7b5af7adecc0250ed3c2e715dbebff772e1e5dc06558dd'),
    (46, '0046_fill_reports', '4904d263b8f7449ac9b287c76135dbd4308bda822b17d174c4fed4738d50ff55'),
    (47, '0047_report_events', '253b20a3a4e8fcde3338e8b69dc4389ba0ea63fb8f8c93b7316a84d252b24a78'),
    (48, '0048_fill_report_events', 'a99490dd74e542aba5272ebe388c19521a9af876c2de18911442c357f4d9cef9'),
    (49, '0049_report_consents', '3783329ab72c639d7bf9644e6b2ae87e692e05a931609526d091ff27e1614dc8'),
    (50, '0050_fill_report_consents', '70bf3354d5112d88a1df5cc819c53c874e03674cd5976d2be639f4e12c00a6be'),
    (51, '0051_person_consents', 'ecd3e10b3cb67eb46eb4dc896a34d296b9cc2ff40cef0769ec6c21368eba9f35'),
    (52, '0052_fill_person_consents', '75392fb4af51078ef65bbf2f6e141d79ede4cc4c93ac0ac5302da4f42baca5b4'),
    (53, '0053_empty_reported_conversions', 'b15f41360efc0d49338223422fb5874ec50062a49f2cfa37aa3843383deaf903'),
    (54, '0054_empty_matched_conversions', '5faf9165c9336325ddfaf0ef599aa8c5e2c8f8e0a6ba7dbd3cdf99f3731b5526'),
    (55, '0055_event_of_conversions', '21d42791c5162d145288fd0bb8b36142a036b761a169bb8b0e8be0cb9a19d9f4'),
    (56, '0056_converted_changed', '0548c973e20f68b6d92f9039b2389946aeb6bff951d175be92dd0a3edcec1e0f'),
    (57, '0057_converted_pending', '28364c45fbf95da61cdb894b5ce0088dac8e2180ab7997900081472ea04b6e06'),
    (58, '0058_unknown_impressions', 'b2056100b8f818287d104b1659b6ef440389bdb8bc17f61b44b7d9c50d91fc15'),
    (59, '0059_unknown_clicks', '30a0e3f9a20f6810bf586f2674eb766382f9943d12d55203b515f655396ac004'),
    (60, '0060_program_settings', '05c5a078f6fc59ba7bd85260a45a11a3fd47c2f7f48b0ed2ef41e2614ef14101'),
    (61, '0061_settings_now', 'aa10cb571227da9af48ecf39359960bd8f991618be2fbdea07a87e86db1f439f'),
    (62, '0062_v_conversations_described', '98338552aab92e921d036f20fa84eadcb39dcd08a4302093e69620ebfd6d3b47'),
    (63, '0063_v_touchpoints_described', '843c9ec3bb16c6294ac25a3e69531a0966da1aa75c4d10d89da0ba143f0d8329'),
    (64, '0064_v_events', '65e4ac621f8b5ef4543c5be6e2622979e04d310c6042a0a365bcd75ce53219b6'),
    (65, '0065_v_conversions', 'd0bb2e2df2236eac5730fa73de11e4c780caa370ad6b0ddf19acaaa6578bb0da'),
    (66, '0066_v_funnel_daily', '061fbd620bd482111188a6d3079331bf7dc478d4cc2a2efb9fe4d3f317bd401e'),
    (67, '0067_v_ads_daily', '0d7e4da23acc0c8e41b3824b39155d837b6a0eead70e3219859c0aec8b79f89b'),
    (68, '0068_v_attribution', '8fcb2e7c37dd2cd5cdfa3e93df2b729e6466538c5141598cb9c3df1e5ff6b72f'),
    (69, '0069_claims', 'af5ee1214ed92fb8ccc2dbada7497314330b6976cd224525d9818adc3aa1b3ed'),
    (70, '0070_report_definitions', '40aceeed832b7cb3e6b255d56c5f0ca7da9715b5e780b482d1fde1e22ae9e44a'),
    (71, '0071_report_runs', 'cb7c4385f28208ba871d250b05a636a11a114abb510d4f409143987d313b004c'),
    (72, '0072_report_deliveries', '3e791a68b84fe895ebd6e5000a4cba71f39bba15961221b7e48d1cdb349fae3a'),
    (73, '0073_report_schedules', '07f1a13df9e12638144855acdb985114ab8c6e19cb2987f766018fd15893fbbf'),
    (74, '0074_erasing', '15933122b7e79b470126ba13d936015ab4dff396296713dee88bbc0301a217bf'),
    (75, '0075_users', 'afd80f2502f17763febd85b197779bd9193f577b6d9fde2943bb070f02714b74'),
    (76, '0076_api_tokens', 'e5cfe77aa2c527b9e0140a51b0f1853bec9caf4358233740f1eec51ae48b38b3'),
    (77, '0077_token_uses', 'c1f4b788707b02dbeec11370a2b70aef8ab79fd6cf4ffdd069a50c3b2396fa46'),
    (78, '0078_audit_log', '2ed71c2d7b917a398f3ad4981e7db2aee5aca9a5b5e996dbe55d015da7741437'),
    (79, '0079_pages_of_users', '26843b3e1f84ef8f6ce5d06994486349dd735a9751c94d1007ae1ea356a544b1'),
    (80, '0080_deliveries', '4680259611564c12b2f5a3292b38d82a73ef4fb9d1895e27cbc7f6a584b39261'),
    (81, '0081_fill_deliveries', '1e6a8a23119d450d0151396b3136e9235c5c03c18882087bc790e024427198a9'),
    (82, '0082_codecs_of_conversations', 'f7c4491cc215619f680af26023314ec5be2dfb930b0aa868d5c597b11622a504'),
    (83, '0083_codecs_of_touchpoints', '7eebed3ef45bebcda7780e9363c4e4fa9ba95767d210717c7de9a0610bdeda85'),
    (84, '0084_codecs_of_conversions', '6e97495ad8842118a7aa08cd26c8cdc991e20b621661a08c4c9ee833b5fe4bdb'),
    (85, '0085_codecs_of_people', '211255203c2d4986ea513ae35ec5576ff9495c688b28fc32239cb83091716017'),
    (86, '0086_codecs_of_events', 'bb0f6bbafb110165184897187677500c1031142ce2cef6710087e14b3fab25b1'),
    (87, '0087_turns', '5b256c48544db1dc5d52d8bb94ae6569976a63d0242dfd9ca353d85bf9c68cfc'),
    (88, '0088_webhook_counts', 'aeb761e37ca7cd6e759d4290d0c3d30edd22b27c97b36b6758f90adbaba7e243'),
    (89, '0089_fill_webhook_counts', '36d688e2689e05a3b488d15d42aa2bc6bd5f080521dfcb0001c6df888b33d2b4'),
    (90, '0090_empty_deliveries', '3ba4220379ce4b11549b0925d48c2a5a4b312123de58266396a29fa100c108be'),
    (91, '0091_erasing_keys', '74ec2c878804767a310ca1975a0f9d6ae1b6e314f0e82a940ded970aa6d6eec7'),
    (92, '0092_made_at_of_people', '42e0db0a8d08400e77cc328a11ebd01e320548a17121f07912b27d1641479b8f'),
    (93, '0093_version_of_schedules', '3e8e26649453f2b6854b47b49e3c50aac3f620305c8b912dd0d2171fc0d09fe3'),
    (94, '0094_versions_of_people', '5e48b9e0514cf9263e7e46017f2d2ea754a5326e8e3aaf6eaac14fe262a8c692'),
    (95, '0095_versions_of_conversations', '8f05180ed505b37bcc0864151bdb463b393aa8ae989d3d6b776a1feca6daa66f'),
    (96, '0096_versions_of_touchpoints', '893838445bbe3f29ced62eaaa45242cd816bef1cc4ca5449e51fcf74b987c535'),
    (97, '0097_versions_of_conversions', '51ef32406fc95ed4f0c0430f85ecd2e899f405aa1e696caecb5190f4a4462757'),
    (98, '0098_v_conversations_under_settings', '4c7f3a4131eac595ef14b4c7af3ca2679c6858c5a4355ed21a5b978d0d342ee0'),
    (99, '0099_v_touchpoints_under_settings', 'da09fcc923c79e4faef744c719e77cc46ff1535e6903302cd3caafed068f68bf'),
    (100, '0100_v_funnel_daily_under_settings', 'da95454fdfff1f713ca0709914c734bd6e5ba6c93506f1c0bedd4a2e72bc9e80'),
    (101, '0101_v_ads_daily_under_settings', '23373e40e301483bab4b17c44d553de0f7eff8abf6b155c0dc6e7072cea8b4e5'),
    (102, '0102_v_attribution_under_settings', '53fde929199609506d2a0106ece028c2314c92b0fb911e2afbab0ba483209469')
;
