/** The cell that holds the control plane, and every tenant that was not placed elsewhere. */
export const HOME_CELL = 'home';
