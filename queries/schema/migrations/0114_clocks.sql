-- Which clock each view counts by: the day of opening, or the day of conversion.
ALTER TABLE v_funnel_daily MODIFY COMMENT 'the funnel click-to-messenger by day of opening: of the conversations that were opened on a day, by entry point, how many reached each stage until now'
;
ALTER TABLE v_ads_daily MODIFY COMMENT 'ads by day of opening: what they cost on a day, and how many of the conversations that they opened on it reached each stage until now'
;
ALTER TABLE v_ads_daily COMMENT COLUMN day 'day of opening: of what ads cost in the ad account''s zone, of conversations in that of the settings'
;
ALTER TABLE v_attribution MODIFY COMMENT 'conversions by day of conversion and the touchpoints that share their credit: one row each pair'
;
ALTER TABLE v_conversions MODIFY COMMENT 'conversions by day of conversion, one a row, whenever their conversation was opened'
;
ALTER TABLE v_conversations MODIFY COMMENT 'conversations by day of opening, one a row, with what they reached until now'
;
ALTER TABLE v_touchpoints MODIFY COMMENT 'touchpoints by the day on which they happened, one a row'
;
ALTER TABLE v_events MODIFY COMMENT 'events by the day on which they happened, one a row, without message text'
;
ALTER TABLE v_message_costs MODIFY COMMENT 'costs of WhatsApp messages by the day of Meta''s figures, country and category'
