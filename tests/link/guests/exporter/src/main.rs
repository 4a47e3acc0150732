//! The library's exports in a program without a start.

#![cfg_attr(not(feature = "std"), no_std)]
#![no_main]

use library as _;
