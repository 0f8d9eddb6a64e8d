/** Guards the game against what a part can't do on this page. */

/** Never throws. */
export const guarded =
  <Given extends readonly unknown[]>(run: (...given: Given) => unknown) =>
  (...given: Given): void => {
    try {
      run(...given)
    } catch {
      // There is nobody to tell: it would come back as one more error to record.
    }
  }
