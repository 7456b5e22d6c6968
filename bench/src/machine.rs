//! On what the numbers were measured.

use std::fs;
use std::path::Path;
use std::thread;

use serde_json::{Value, json};

/// The machine, as far as the system tells; what it does not tell is "unknown".
#[derive(Debug)]
pub(crate) struct Machine {
    cores: usize,
    cpu: String,
    kernel: String,
    filesystem: String,
    load: String,
    /// The names and versions of programs and libraries that matter.
    software: Vec<(String, String)>,
}

impl Machine {
    /// Looks at the machine, at the file system of the given directory, and at the load as it is now.
    pub(crate) fn look(directory: &Path, software: &[(&str, String)]) -> Self {
        Self {
            cores: thread::available_parallelism().map_or(1, usize::from),
            cpu: known(read("/proc/cpuinfo").as_deref().and_then(cpu_model)),
            kernel: known(read("/proc/sys/kernel/osrelease").as_deref().map(str::trim)),
            filesystem: known(
                read("/proc/self/mounts")
                    .as_deref()
                    .and_then(|mounts| filesystem_of(mounts, directory)),
            ),
            load: known(
                read("/proc/loadavg")
                    .as_deref()
                    .and_then(|load| load.split_whitespace().next()),
            ),
            software: software
                .iter()
                .map(|(name, version)| ((*name).to_owned(), version.clone()))
                .collect(),
        }
    }

    /// How many processors this program may use.
    pub(crate) fn cores(&self) -> usize {
        self.cores
    }

    /// One line for people.
    pub(crate) fn to_line(&self) -> String {
        let mut software = String::new();
        for (name, version) in &self.software {
            software = software + name + " " + version + ", ";
        }
        format!(
            "{} cores, {}, Linux {}, files on {}, {software}load {} at the start",
            self.cores, self.cpu, self.kernel, self.filesystem, self.load
        )
    }

    /// The same for programs.
    pub(crate) fn to_json(&self) -> Value {
        let mut value = json!({
            "cores": self.cores,
            "cpu": self.cpu,
            "kernel": self.kernel,
            "filesystem": self.filesystem,
            "load": self.load,
        });
        if let Some(members) = value.as_object_mut() {
            for (name, version) in &self.software {
                members.insert(name.to_lowercase(), version.as_str().into());
            }
        }
        value
    }
}

fn read(path: &str) -> Option<String> {
    fs::read_to_string(path).ok()
}

fn known(value: Option<&str>) -> String {
    value.unwrap_or("unknown").to_owned()
}

/// The first model name in the text of `/proc/cpuinfo`.
fn cpu_model(cpuinfo: &str) -> Option<&str> {
    cpuinfo
        .lines()
        .filter_map(|line| line.split_once(':'))
        .find(|(name, _)| name.trim() == "model name")
        .map(|(_, model)| model.trim())
}

/// The type of the file system a directory is on: of the mounts above it the deepest, and of those
/// on the same point the last, which hides the others.
fn filesystem_of<'a>(mounts: &'a str, directory: &Path) -> Option<&'a str> {
    mounts
        .lines()
        .filter_map(|line| {
            let mut fields = line.split_whitespace().skip(1);
            Some((Path::new(fields.next()?), fields.next()?))
        })
        .filter(|(point, _)| directory.starts_with(point))
        .max_by_key(|(point, _)| point.components().count())
        .map(|(_, kind)| kind)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{cpu_model, filesystem_of};

    #[test]
    fn the_cpu_is_its_first_model_name() {
        let text = "processor\t: 0\nmodel name\t: A: fast one\n\nmodel name\t: B\n";
        assert_eq!(cpu_model(text), Some("A: fast one"));
        assert_eq!(cpu_model("processor : 0\n"), None);
    }

    #[test]
    fn the_deepest_and_last_mount_counts() {
        let mounts = "/dev/a / ext4 rw 0 0\nx /tmp xfs rw 0 0\ntmpfs /tmp tmpfs rw 0 0\nb /tmpo btrfs rw 0 0\n";
        let on = |path| filesystem_of(mounts, Path::new(path));
        assert_eq!(on("/tmp/bench"), Some("tmpfs"));
        assert_eq!(on("/home"), Some("ext4"));
    }
}
