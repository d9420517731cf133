//! The data of a result: groups of named arrays with labelled axes.

use super::StoreError;

/// A result: what ArviZ calls `InferenceData`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Posterior {
    /// Such as `posterior`, `sample_stats`, `posterior_predictive`, `observed_data`.
    pub groups: Vec<Group>,
    /// Name and value, such as the version of the program.
    pub attributes: Vec<(String, Attribute)>,
}

/// A group of variables on common axes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Group {
    /// Name in the schema.
    pub name: String,
    /// One per axis, made by [`Variable::coordinate`].
    pub coordinates: Vec<Variable>,
    /// Each on some of the axes.
    pub variables: Vec<Variable>,
    /// Name and value.
    pub attributes: Vec<(String, Attribute)>,
}

/// A named array.
#[derive(Clone, Debug, PartialEq)]
pub struct Variable {
    /// Name in the file.
    pub name: String,
    /// Names of the axes, slowest first; none for a single number.
    pub dimensions: Vec<String>,
    /// Row-major.
    pub values: Values,
    /// Name and value, such as `units`.
    pub attributes: Vec<(String, Attribute)>,
}

/// The values of an array.
#[derive(Clone, Debug, PartialEq)]
pub enum Values {
    /// 64-bit numbers; NaN where there is no value.
    F64(Vec<f64>),
    /// 32-bit numbers, for traces.
    F32(Vec<f32>),
    /// Whole numbers.
    I64(Vec<i64>),
    /// Yes or no; stored as bytes that xarray reads back as `bool`.
    Bool(Vec<bool>),
    /// Texts, such as names of features.
    Text(Vec<String>),
}

/// The value of an attribute.
#[derive(Clone, Debug, PartialEq)]
pub enum Attribute {
    /// A text.
    Text(String),
    /// A number.
    Number(f64),
    /// A whole number.
    Integer(i64),
}

impl Variable {
    /// An array without attributes.
    pub fn new(name: impl Into<String>, dimensions: &[&str], values: Values) -> Self {
        let dimensions = dimensions.iter().map(|&dimension| dimension.to_owned()).collect();
        Self { name: name.into(), dimensions, values, attributes: Vec::new() }
    }

    /// The labels of an axis; as many as the axis is long.
    pub fn coordinate(name: &str, labels: Values) -> Self {
        Self::new(name, &[name], labels)
    }

    /// The numbers 0, 1, 2, ... as labels, for chains and draws.
    pub fn counted(name: &str, length: usize) -> Self {
        Self::coordinate(name, Values::I64((0_i64..).take(length).collect()))
    }

    /// The same with one more attribute.
    pub fn with(mut self, name: &str, value: Attribute) -> Self {
        self.attributes.push((name.to_owned(), value));
        self
    }
}

impl Values {
    /// Number of values.
    pub fn len(&self) -> usize {
        match self {
            Values::F64(values) => values.len(),
            Values::F32(values) => values.len(),
            Values::I64(values) => values.len(),
            Values::Bool(values) => values.len(),
            Values::Text(values) => values.len(),
        }
    }

    /// Whether there is no value.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl Group {
    /// Without axes that have no length, and without the variables on them.
    #[must_use]
    pub fn without_empty_axes(mut self) -> Self {
        let is_empty = |coordinate: &Variable| coordinate.values.is_empty();
        let empty: Vec<String> =
            self.coordinates.iter().filter(|own| is_empty(own)).map(|own| own.name.clone()).collect();
        self.coordinates.retain(|coordinate| !is_empty(coordinate));
        self.variables.retain(|variable| !variable.dimensions.iter().any(|axis| empty.contains(axis)));
        self
    }

    /// Checks that every variable fills axes that the group has.
    ///
    /// # Errors
    /// For the first that does not.
    pub fn check(&self) -> Result<(), StoreError> {
        for variable in self.coordinates.iter().chain(&self.variables) {
            let full_name = || format!("{}/{}", self.name, variable.name);
            let mut expected = 1;
            for dimension in &variable.dimensions {
                let coordinate = self.coordinates.iter().find(|coordinate| coordinate.name == *dimension);
                let coordinate = coordinate.ok_or_else(|| StoreError::UnknownDimension {
                    variable: full_name(),
                    dimension: dimension.clone(),
                })?;
                expected *= coordinate.values.len();
            }
            let found = variable.values.len();
            if found != expected {
                return Err(StoreError::WrongLength { variable: full_name(), found, expected });
            }
        }
        Ok(())
    }
}
