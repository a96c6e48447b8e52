// What the build writes before worker.js: the version, and each file of the book with its SHA-256.
declare const VERSION: string;
declare const FILES: Record<string, string>;
