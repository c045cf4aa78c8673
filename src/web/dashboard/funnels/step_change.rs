//! What the buttons of the form of a funnel do with its steps.

/// What a button of the form does with a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum StepChange {
    /// Before the one in front of it; `up-2` is of the second.
    Up(usize),
    Down(usize),
    Remove(usize),
}

impl StepChange {
    pub(super) fn read(text: &str) -> Option<Self> {
        let (what, number) = text.split_once('-')?;
        let place = number.parse::<usize>().ok()?.checked_sub(1)?;
        match what {
            "up" => Some(Self::Up(place)),
            "down" => Some(Self::Down(place)),
            "remove" => Some(Self::Remove(place)),
            _ => None,
        }
    }

    pub(super) fn apply<T>(self, steps: &mut Vec<T>) {
        match self {
            Self::Up(place) if place > 0 && place < steps.len() => steps.swap(place - 1, place),
            Self::Down(place) if place + 1 < steps.len() => steps.swap(place, place + 1),
            Self::Remove(place) if place < steps.len() => _ = steps.remove(place),
            Self::Up(_) | Self::Down(_) | Self::Remove(_) => (),
        }
    }
}
