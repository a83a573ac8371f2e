export const popupClass =
  "z-50 origin-(--transform-origin) rounded-lg border border-line bg-raised shadow-pop outline-none transition-[scale,opacity] duration-100 data-ending-style:scale-[0.98] data-starting-style:scale-[0.98] data-ending-style:opacity-0 data-starting-style:opacity-0";
