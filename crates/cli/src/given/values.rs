//! Numbers as they were given, before it is known what dtype they are for.

use chainrule::{DType, Spec, Tensor};

/// One number or truth value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Item {
    /// Written without a fraction or exponent.
    Int(i64),
    /// Any other number.
    Real(f64),
    /// `true` or `false`.
    Flag(bool),
}

/// Numbers in nested lists.
#[derive(Clone, Debug, PartialEq)]
pub struct Value {
    /// Lengths of the lists, outermost first.
    pub dims: Vec<usize>,
    /// The numbers, row-major.
    pub items: Vec<Item>,
    /// The dtype that the file states; none for plain lists.
    pub dtype: Option<DType>,
}

impl Value {
    /// The dtype it becomes: the declared one; without a declaration floats and plain lists become `floats`, and what a
    /// file says is an integer stays one.
    pub fn target(&self, declared: Option<DType>, floats: DType) -> DType {
        let flags = !self.items.is_empty() && self.items.iter().all(|i| matches!(i, Item::Flag(_)));
        declared.unwrap_or(match self.dtype {
            Some(stated) if !stated.is_float() => stated,
            None if flags => DType::Bool,
            _ => floats,
        })
    }

    /// As a tensor of a dtype.
    ///
    /// # Errors
    /// What does not fit, in words.
    pub fn tensor(&self, dtype: DType) -> Result<Tensor, String> {
        let spec = Spec::new(&self.dims, dtype)?;
        if let Some(i) = self.items.iter().position(|item| !item.fits(dtype)) {
            let at =
                if self.dims.is_empty() { String::new() } else { format!(" at {:?}", self.coordinates(i)) };
            return Err(format!("{}{at} is no {dtype}", self.items[i]));
        }
        if dtype == DType::I64 {
            let values: Vec<i64> = self.items.iter().map(|i| i.to_i64()).collect();
            return Tensor::new(values, &self.dims).map_err(|e| e.to_string());
        }
        let values: Vec<f64> = self.items.iter().map(|i| i.to_f64()).collect();
        Ok(Tensor::from_f64(spec, &values))
    }

    /// The first number that is NaN or infinite, in words, and how many more there are.
    pub fn strange(&self) -> Option<String> {
        let mut strange = self.items.iter().enumerate().filter(|(_, i)| !i.to_f64().is_finite());
        let (first, item) = strange.next()?;
        let at =
            if self.dims.is_empty() { String::new() } else { format!(" at {:?}", self.coordinates(first)) };
        Some(match strange.count() {
            0 => format!("is {item}{at}"),
            more => format!("is {item}{at}, and {more} more are not finite"),
        })
    }

    fn coordinates(&self, mut flat: usize) -> Vec<usize> {
        let mut at = vec![0; self.dims.len()];
        for (to, &length) in at.iter_mut().zip(&self.dims).rev() {
            *to = flat % length.max(1);
            flat /= length.max(1);
        }
        at
    }
}

impl Item {
    /// Whether a dtype can hold it: floats any number that they do not take for infinite, integers whole ones in their range, `bool` truth values, 0 and 1.
    fn fits(self, dtype: DType) -> bool {
        let (low, high) = match dtype {
            _ if dtype.is_float() && matches!(self, Item::Flag(_)) => return false,
            DType::F64 => return true,
            // What is infinite may be meant; what would become so is not.
            DType::F32 => return (self.to_f64() as f32).is_finite() || !self.to_f64().is_finite(),
            DType::I32 => (f64::from(i32::MIN), f64::from(i32::MAX)),
            // 2^63 itself is out of range, and the largest f64 below it is not.
            DType::I64 => (-(2f64.powi(63)), 2f64.powi(63) - 1024.0),
            DType::U8 => (0.0, 255.0),
            DType::Bool => (0.0, 1.0),
        };
        match self {
            Item::Flag(_) => dtype == DType::Bool,
            Item::Int(_) if dtype == DType::I64 => true,
            item => item.to_f64().fract() == 0.0 && (low..=high).contains(&item.to_f64()),
        }
    }

    fn to_f64(self) -> f64 {
        match self {
            Item::Int(v) => v as f64,
            Item::Real(v) => v,
            Item::Flag(v) => f64::from(u8::from(v)),
        }
    }

    fn to_i64(self) -> i64 {
        match self {
            Item::Int(v) => v,
            Item::Real(v) => v as i64,
            Item::Flag(v) => i64::from(v),
        }
    }
}

impl std::fmt::Display for Item {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Item::Int(v) => write!(f, "{v}"),
            Item::Real(v) => write!(f, "{v}"),
            Item::Flag(v) => write!(f, "{v}"),
        }
    }
}

/// Takes brackets and numbers one after the other and sees to it that lists beside each other have one length.
#[derive(Default)]
pub struct Nesting {
    /// Entries so far of each open list.
    open: Vec<usize>,
    /// Length of the finished lists at each depth.
    lengths: Vec<Option<usize>>,
    /// How deep the numbers are.
    rank: Option<usize>,
    items: Vec<Item>,
}

impl Nesting {
    /// `[`
    pub fn open(&mut self) -> Result<(), String> {
        if self.rank.is_some_and(|rank| self.open.len() >= rank) {
            return Err("a list where numbers stand elsewhere".to_string());
        }
        self.count();
        self.open.push(0);
        if self.open.len() > self.lengths.len() {
            self.lengths.push(None);
        }
        if self.open.len() > chainrule::limits::RANK {
            return Err(format!("lists nested deeper than {}", chainrule::limits::RANK));
        }
        Ok(())
    }

    /// A number.
    pub fn item(&mut self, item: Item) -> Result<(), String> {
        let rank = *self.rank.get_or_insert(self.open.len());
        if rank != self.open.len() || self.lengths.len() > rank {
            return Err("a number where lists stand elsewhere".to_string());
        }
        self.count();
        self.items.push(item);
        Ok(())
    }

    /// `]`
    pub fn close(&mut self) -> Result<(), String> {
        let Some(count) = self.open.pop() else { return Err("a ] without its [".to_string()) };
        let depth = self.open.len();
        match self.lengths[depth] {
            Some(length) if length != count => Err(format!("a list of {count} beside one of {length}")),
            _ => {
                self.lengths[depth] = Some(count);
                Ok(())
            }
        }
    }

    /// How many lists are open.
    pub fn depth(&self) -> usize {
        self.open.len()
    }

    fn count(&mut self) {
        if let Some(last) = self.open.last_mut() {
            *last += 1;
        }
    }

    /// What it all amounts to.
    pub fn finish(self) -> Value {
        Value {
            dims: self.lengths.into_iter().map(|l| l.unwrap_or(0)).collect(),
            items: self.items,
            dtype: None,
        }
    }
}
