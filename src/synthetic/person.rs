//! The script of one person: through which entry point they come, how far they get, when they come
//! again. It writes the events and books what they mean at the same time.

use rand::{Rng, RngExt};
use rust_decimal::Decimal;
use serde_json::Value;

use super::delivery::{Happening, Object};
use super::rhythm::{delay, moment};
use super::wire::{self, Thread};
use super::world::{EntryPoint, Page, World};
use super::{Plan, Truth, story};
use crate::domain::{CONVERSATION_GAP_MS, DAY_MS, Source};

const SECOND: i64 = 1_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;

/// Stages behind `opened`.
const MESSAGED: usize = 1;
const ANSWERED: usize = 2;
const ENGAGED: usize = 3;
const LEAD: usize = 4;
const PURCHASE: usize = 5;

/// Plays one person and books the outcome.
pub(super) fn play(
    world: &World,
    plan: Plan,
    index: u64,
    random: &mut impl Rng,
    truth: &mut Truth,
) -> Vec<Happening> {
    let mut script = Script {
        plan,
        page: world.page(random),
        person: format!("{}", 7_000_000_000_000_000 + index),
        person_number: index,
        now: moment(plan, random),
        random,
        truth,
        events: Vec::new(),
        messages: 0,
        last_door: Source::Organic.as_str(),
        is_known: false,
    };
    for visit in 0..4 {
        if script.visit(world).is_err() {
            break;
        }
        let comes_again = script.chance(if visit == 0 { 14 } else { 30 });
        if !comes_again {
            break;
        }
        // Some come back in the very millisecond in which a new conversation begins.
        let longer = if script.chance(10) { 0 } else { delay(2 * DAY_MS, script.random) };
        script.now += CONVERSATION_GAP_MS + longer;
    }
    script.events
}

struct Script<'a, R> {
    plan: Plan,
    page: &'a Page,
    person: String,
    person_number: u64,
    /// Time of the latest event; only moves forward.
    now: i64,
    random: &'a mut R,
    truth: &'a mut Truth,
    events: Vec<Happening>,
    messages: u64,
    /// Source of the latest touchpoint.
    last_door: &'static str,
    /// Whether the thread exists already.
    is_known: bool,
}

/// The traffic has ended: nothing more happens.
struct Over;

impl<R: Rng> Script<'_, R> {
    /// One conversation, from its opening on; `Over` if the traffic ends before that.
    fn visit(&mut self, world: &World) -> Result<(), Over> {
        let mut entry_point = world.entry_point(self.random);
        // A private reply to somebody known would also answer their earlier conversation.
        while self.is_known && entry_point.source == Source::Comment
            || !story::is_there(self.plan, entry_point, self.now)
        {
            entry_point = world.entry_point(self.random);
        }
        let (opened, mut stages) = (self.now, 0);
        self.open(entry_point, &mut stages)?;
        // Cut short by the end of the traffic, it keeps the stages reached so far.
        let outcome = self.go_on(entry_point, &mut stages);
        let source = self.door(entry_point);
        self.truth.conversation(self.page.id, source, entry_point.ad_id, (opened, stages));
        outcome
    }

    /// The opening act, and what Meta sends around it.
    fn open(&mut self, entry_point: &EntryPoint, stages: &mut usize) -> Result<(), Over> {
        let is_comment = entry_point.source == Source::Comment;
        if is_comment {
            let seconds = self.now / SECOND;
            self.now = seconds * SECOND + 1;
            if self.now + HOUR >= self.plan.to.0 {
                return Err(Over);
            }
            let number = self.random.random_range(1_000..1_000_000_000);
            let person = self.person.clone();
            let comment = self.thread(&person).comment(seconds, number);
            self.push(seconds * SECOND, "changes", comment)?;
            self.echo(20 * SECOND, "We have written to you!")?;
            self.pass(2 * MINUTE);
        }
        let person = self.person.clone();
        let thread = self.thread(&person);
        let mid = self.mid();
        let now = self.now;
        let has_referral = !matches!(entry_point.source, Source::Comment | Source::Organic);
        let roll = self.random.random_range(0..100);
        let opening = if is_comment || (!has_referral && roll < 60) {
            *stages = MESSAGED;
            thread.message(now, &mid, "Hello, are you open today?")
        } else if !has_referral {
            thread.get_started(now, &mid, None)
        } else if self.is_known && roll < 60 {
            thread.referral(now, entry_point)
        } else if entry_point.source == Source::Ad && self.plan.has_newest && roll < 40 {
            *stages = MESSAGED;
            // Meta tells one click by two webhooks, in any order: in one millisecond, or the referral just behind.
            let message = thread.message(now, &mid, "Is this still on?");
            self.event(message)?;
            let is_last = now + 1_500 >= self.plan.to.0;
            let behind = if self.chance(50) || is_last { 0 } else { 1_500 };
            let thread = self.thread(&person);
            self.now += behind;
            // Meta leaves the source out in Europe: the ad tells it.
            let mut told = thread.referral(self.now, entry_point);
            if let Some(told) = told["referral"].as_object_mut() {
                told.remove("source");
            }
            told
        } else if entry_point.source == Source::Ad && roll < 70 {
            *stages = MESSAGED;
            thread.message_with_referral(now, &mid, "Is this still on?", entry_point)
        } else {
            thread.get_started(now, &mid, Some(entry_point))
        };
        let opening = self.as_told_here(opening, entry_point);
        self.event(opening)?;
        self.last_door = self.door(entry_point);
        if entry_point.source == Source::Ad && *stages == MESSAGED && self.chance(25) {
            // The same click once more, in its other carrier: one touchpoint, though an act.
            self.now += 400;
            let again = self.thread(&person).referral(self.now, entry_point);
            // Should the traffic end in between, the opening has happened all the same.
            self.event(again).ok();
        }
        self.is_known = true;
        Ok(())
    }

    fn go_on(&mut self, entry_point: &EntryPoint, stages: &mut usize) -> Result<(), Over> {
        let chances = story::chances(self.plan, entry_point, self.now);
        if *stages == 0 {
            // A greeting before the person has written answers nothing.
            if self.chance(70) {
                self.echo(SECOND, "Welcome! How can we help?")?;
            }
            if !self.chance(chances.writes) {
                return Ok(());
            }
            self.pass(2 * MINUTE);
            if self.chance(30) {
                self.postback("Our hours", "HOURS")?;
            } else {
                self.message("Do you deliver on Sunday?")?;
            }
            *stages = MESSAGED;
        }
        if !self.chance(chances.is_answered) {
            // Impatient: writes again, or buys without a word from us. Neither is an answer.
            if self.chance(20) {
                self.pass(HOUR);
                self.message("Hello?")?;
            }
            if self.chance(5) {
                self.pass(HOUR);
                self.purchase()?;
            }
            return Ok(());
        }
        let answer = self.answer()?;
        *stages = ANSWERED;
        self.receipts(&answer)?;
        if !self.chance(chances.engages) {
            return self.come_by_again(entry_point);
        }
        self.pass(5 * MINUTE);
        self.message("Great, and what does it cost?")?;
        *stages = ENGAGED;
        let answer = self.answer()?;
        self.receipts(&answer)?;
        if self.chance(6) {
            self.pass(MINUTE);
            let token = format!("otn-{}", self.random.random_range(0..u32::MAX));
            let person = self.person.clone();
            let opt_in = self.thread(&person).notification_opt_in(self.now, &token);
            self.event(opt_in)?;
            self.last_door = Source::Notification.as_str();
        }
        if !self.chance(chances.leads) {
            return Ok(());
        }
        self.pass(4 * MINUTE);
        self.lead()?;
        *stages = LEAD;
        if !self.chance(chances.buys) {
            return Ok(());
        }
        let answer = self.answer()?;
        self.receipts(&answer)?;
        if self.chance(2) {
            return self.buy_too_late(entry_point);
        }
        self.wait_within_conversation(20 * HOUR);
        self.purchase()?;
        *stages = PURCHASE;
        if self.chance(10) {
            self.wait_within_conversation(DAY_MS);
            self.purchase()?;
        }
        Ok(())
    }

    /// Through an entry point again within the seven days: a touchpoint of the same conversation.
    fn come_by_again(&mut self, entry_point: &EntryPoint) -> Result<(), Over> {
        let has_referral = !matches!(entry_point.source, Source::Comment | Source::Organic);
        if has_referral && self.chance(25) {
            self.wait_within_conversation(2 * DAY_MS);
            let person = self.person.clone();
            let again = self.thread(&person).referral(self.now, entry_point);
            let again = self.as_told_here(again, entry_point);
            self.event(again)?;
            self.last_door = self.door(entry_point);
        }
        Ok(())
    }

    /// Keeps the conversation alive until the funnel's window has closed, then buys: a conversion,
    /// but no stage of the funnel.
    fn buy_too_late(&mut self, entry_point: &EntryPoint) -> Result<(), Over> {
        for _ in 0..6 {
            self.now += 5 * DAY_MS;
            self.message("Not yet, but soon")?;
        }
        let has_touch = !matches!(entry_point.source, Source::Comment | Source::Organic);
        if has_touch {
            self.now += DAY_MS;
            let person = self.person.clone();
            let again = self.thread(&person).referral(self.now, entry_point);
            let again = self.as_told_here(again, entry_point);
            self.event(again)?;
            self.last_door = self.door(entry_point);
            self.pass(MINUTE);
            self.purchase()?;
        }
        Ok(())
    }

    /// Whether Meta leaves out the source of this Page's links, as it does in Europe and Japan.
    fn lacks_source(&self, entry_point: &EntryPoint) -> bool {
        self.plan.has_newest && self.page.is_european && entry_point.source == Source::Link
    }

    /// What the entry point counts as: a link without a source is one by its click's mark alone.
    fn door(&self, entry_point: &EntryPoint) -> &'static str {
        let is_unknown = self.lacks_source(entry_point) && !entry_point.is_tracked;
        if is_unknown { Source::Other.as_str() } else { entry_point.source.as_str() }
    }

    /// An item with its referral as Meta tells it of this Page.
    fn as_told_here(&mut self, item: Value, entry_point: &EntryPoint) -> Value {
        if !self.lacks_source(entry_point) {
            return item;
        }
        self.messages += 1;
        let click = entry_point.is_tracked.then_some(self.person_number * 1_000 + self.messages);
        self.truth.clicks.extend(click.map(|click| (self.now, entry_point.referral_ref, click)));
        wire::without_source(item, click)
    }

    fn message(&mut self, text: &str) -> Result<(), Over> {
        let (person, mid) = (self.person.clone(), self.mid());
        let message = self.thread(&person).message(self.now, &mid, text);
        self.event(message)
    }

    fn postback(&mut self, title: &str, payload: &str) -> Result<(), Over> {
        let (person, mid) = (self.person.clone(), self.mid());
        let postback = self.thread(&person).postback(self.now, &mid, title, payload);
        self.event(postback)
    }

    fn lead(&mut self) -> Result<(), Over> {
        if self.chance(60) {
            let (person, mid) = (self.person.clone(), self.mid());
            let phone = format!("+3312345{:04}", self.random.random_range(0..10_000));
            let reply = self.thread(&person).quick_reply(self.now, &mid, &phone);
            self.event(reply)?;
        } else {
            self.postback("Call me back", "LEAD_CALLBACK")?;
        }
        self.truth.conversion(self.last_door, None);
        Ok(())
    }

    fn purchase(&mut self) -> Result<(), Over> {
        let cents = self.random.random_range(450..12_000);
        let value = Decimal::new(cents, 2);
        let currency = if self.page.is_instagram { "USD" } else { "EUR" };
        self.postback("Pay", &format!("PURCHASE:{value}:{currency}"))?;
        self.truth.conversion(self.last_door, Some((value, currency)));
        Ok(())
    }

    /// The business answers; the message's id.
    fn answer(&mut self) -> Result<String, Over> {
        self.echo(3 * MINUTE, "Of course! Let me see.")
    }

    /// The person gets what the business wrote, and mostly reads it.
    fn receipts(&mut self, mid: &str) -> Result<(), Over> {
        let person = self.person.clone();
        let thread = self.thread(&person);
        if self.chance(60) {
            self.now += 700;
            self.event(thread.delivery(self.now, mid))?;
        }
        if self.chance(50) {
            self.now += 5 * SECOND;
            self.event(thread.read(self.now))?;
        }
        if self.chance(4) {
            self.now += SECOND;
            self.event(thread.reaction(self.now, mid))?;
        }
        Ok(())
    }

    fn echo(&mut self, typical: i64, text: &str) -> Result<String, Over> {
        let (person, mid) = (self.person.clone(), self.mid());
        self.pass(typical);
        let echo = self.thread(&person).echo(self.now, &mid, text);
        self.event(echo)?;
        Ok(mid)
    }

    /// Some time goes by, never so much that a new conversation would begin.
    fn pass(&mut self, typical: i64) {
        self.now += delay(typical, self.random).min(12 * HOUR);
    }

    fn wait_within_conversation(&mut self, typical: i64) {
        self.now += delay(typical, self.random).min(5 * DAY_MS);
    }

    fn event(&mut self, item: Value) -> Result<(), Over> {
        self.push(self.now, "messaging", item)
    }

    fn push(&mut self, time: i64, list: &'static str, item: Value) -> Result<(), Over> {
        if time >= self.plan.to.0 {
            return Err(Over);
        }
        self.truth.events += 1;
        let Page { id, is_instagram, .. } = *self.page;
        let object = if is_instagram { Object::Instagram } else { Object::Page };
        self.events.push(Happening { time, page: id, object, list, item });
        Ok(())
    }

    fn thread<'a>(&self, person: &'a str) -> Thread<'a>
    where
        Self: 'a,
    {
        Thread { page: self.page.id, person }
    }

    fn mid(&mut self) -> String {
        self.messages += 1;
        format!("m_{}_{}", self.person, self.messages)
    }

    fn chance(&mut self, percent: u32) -> bool {
        self.random.random_range(0..100) < percent
    }
}
