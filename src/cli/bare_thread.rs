//! A thread without the standard library's signal stack: `pthread_create(3)`.
//!
//! The standard library gives each thread a stack for signals first, and ends the whole process where there is no
//! memory for it. A command that sells goes on without this thread then.

use std::ffi::c_void;
use std::ptr;

/// What the thread does.
pub(super) type Work = Box<dyn FnOnce() + Send + 'static>;

/// How much it may have on its stack, in bytes.
const STACK: usize = 128 * 1024;

/// Starts it; it ends with the process, or when its work is done. `false`: there is no room for one.
#[expect(
    unsafe_code,
    reason = "the standard library's threads end the process where memory is short"
)]
pub(super) fn start(work: Work) -> bool {
    let argument = Box::into_raw(Box::new(work));
    let mut id = 0;
    // SAFETY: the attributes are initialised before they are used and destroyed once; they only need to live
    // until the thread is made.
    let made = unsafe {
        let mut attributes = std::mem::zeroed::<libc::pthread_attr_t>();
        let mut made = libc::pthread_attr_init(&raw mut attributes);
        if made == 0 {
            libc::pthread_attr_setstacksize(&raw mut attributes, STACK);
            libc::pthread_attr_setdetachstate(&raw mut attributes, libc::PTHREAD_CREATE_DETACHED);
            made = libc::pthread_create(&raw mut id, &raw const attributes, run, argument.cast());
            libc::pthread_attr_destroy(&raw mut attributes);
        }
        made
    };
    if made != 0 {
        // SAFETY: no thread was made, so that nobody else has it.
        drop(unsafe { Box::from_raw(argument) });
    }
    made == 0
}

/// Invariant: `argument` comes from [`start`], which gives it to this thread and to nobody else.
#[expect(unsafe_code, reason = "as above")]
extern "C" fn run(argument: *mut c_void) -> *mut c_void {
    // SAFETY: the invariant.
    let work = unsafe { Box::from_raw(argument.cast::<Work>()) };
    work();
    ptr::null_mut()
}
