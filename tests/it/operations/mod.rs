//! What the operator of a server has: its log, its secrets, its flags.

mod health;
mod logs;
mod secrets;
mod traces;
