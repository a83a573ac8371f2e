export const IMPORTS_KEY = "imports.list";
export const IMPORTS_PAGE = 50;
