//! What makes new values of rows that have left the database.

use super::Context;
use super::answer::{Answer, Form};
use super::program::{Broke, Program};
use crate::definition::Renderer;
use crate::model::{Convert, Converter as By, Template, Value};

/// One worker's means to convert rows.
#[derive(Debug)]
pub struct Converter<'a> {
    spec: &'a Convert,
    as_user: Option<&'a Template>,
    context: &'a Context,
    renderer: Renderer,
    program: Option<Program>,
}

impl<'a> Converter<'a> {
    pub fn new(spec: &'a Convert, as_user: Option<&'a Template>, context: &'a Context) -> Converter<'a> {
        Converter { spec, as_user, context, renderer: context.site.renderer(), program: None }
    }

    /// The answers to rows, in their order.
    ///
    /// # Errors
    /// When a program does not give them. The next rows are given to another one.
    pub async fn convert(&mut self, form: &Form, rows: &[Vec<Value>]) -> Result<Vec<Answer>, Broke> {
        let command = match &self.spec.by {
            By::Set(set) => {
                let value = |row: &Vec<Value>| {
                    let values = self.renderer.of_row(form.row(row), set.iter().map(|(_, e)| e));
                    values.map_or_else(|e| Answer::Refused(e.to_string()), Answer::Values)
                };
                return Ok(rows.iter().map(value).collect());
            }
            By::Run { command, .. } => command,
        };
        if rows.is_empty() {
            return Ok(Vec::new());
        }
        let mut program = match self.program.take() {
            Some(program) => program,
            None => Program::start(command, self.as_user, self.context)?,
        };
        let answers = program.convert(form, rows).await?;
        self.program = Some(program);
        Ok(answers)
    }

    /// There are no more rows.
    ///
    /// # Errors
    /// When the program ends badly.
    pub async fn finish(&mut self) -> Result<(), Broke> {
        match self.program.take() {
            Some(program) => program.finish().await,
            None => Ok(()),
        }
    }
}
