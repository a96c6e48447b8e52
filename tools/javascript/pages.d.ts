// What the build writes before keep.js.
declare const SIZE: string;
// What sections.js, which the build writes for the search, sets: each page with its parts.
declare let sections: [path: string, parts: [anchor: string, title: string, text: string][]][];
// What lecture.js sets, and page.js calls once it has fetched it: turns the lecture view on and off.
declare var lecture: () => void;
