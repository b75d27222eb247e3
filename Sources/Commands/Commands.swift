// The Commands module.
