//! The course's solutions against implementations that we did not write: parsers from
//! the registry, captured messages, real clients. What learners are taught is right by the
//! standard, and not by our reading of it.

mod cookie1;
mod dns1;
mod etag1;
mod http1;
mod http2;
mod http3;
mod http4;
mod http5;
mod http6;
mod range1;
mod serve1;
mod tcp3;
