// What ESLint looks for in the JavaScript of the book: mistakes and dead code, no matters of taste. That every name is
// known, tsc sees.
import { readFileSync, readdirSync } from "node:fs";
import js from "@eslint/js";

const EXPLORERS = new URL("../../cnn_course/explorers/", import.meta.url);
const texts = new Map(readdirSync(EXPLORERS).filter((name) => name.endsWith(".js"))
  .map((name) => [`cnn_course/explorers/${name}`, readFileSync(new URL(name, EXPLORERS), "utf8")]));
const explorers = [...texts.keys()], isModule = (path) => /^export default/m.test(texts.get(path));

/** What one part of the explorers defines, another one uses: base.py puts them one after another. */
const unusedPart = {
  create: (context) => ({
    "Program:exit"(program) {
      const scope = context.sourceCode.getScope(program);
      const others = [...texts].filter(([path]) => !context.filename.endsWith(path)).map(([, text]) => text).join("\n");
      for (const { name, references, defs: [definition] } of scope.variables) {
        const used = references.some(({ init }) => !init) || new RegExp(`(?<![.\\w])${name}\\b`).test(others);
        if (!used && definition) context.report({ node: definition.name, message: `${name} is used by no part` });
      }
    },
  }),
};

export default [
  { ignores: [".venv/", "_build/", "**/node_modules/"] },
  js.configs.recommended,
  {
    linterOptions: { reportUnusedDisableDirectives: "error" },
    plugins: { own: { rules: { "unused-part": unusedPart } } },
    rules: {
      "no-undef": "off",
      "no-unused-vars": ["error", { vars: "local", args: "after-used", caughtErrors: "all", ignoreRestSiblings: true }],
      "no-empty": ["error", { allowEmptyCatch: true }],
      "array-callback-return": "error",
      "eqeqeq": "error",
      "no-constructor-return": "error",
      "no-implied-eval": "error",
      "no-new-wrappers": "error",
      "no-self-compare": "error",
      "no-template-curly-in-string": "error",
      "no-throw-literal": "error",
      "no-unmodified-loop-condition": "error",
      "no-unreachable-loop": "error",
      "no-useless-return": "error",
      "no-var": "error",
      "object-shorthand": "error",
      "prefer-const": ["error", { destructuring: "all" }],
    },
  },
  { files: ["**/*.js"], ignores: ["tools/javascript/*"], languageOptions: { sourceType: "script" } },
  { files: explorers.filter(isModule), languageOptions: { sourceType: "module" } },
  { files: explorers.filter((path) => !isModule(path)), rules: { "own/unused-part": "error" } },
];
