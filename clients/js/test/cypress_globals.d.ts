// As much of Cypress's own declarations as the commands of `mailweir/cypress` are declared with.

declare namespace Cypress {
  interface Chainable<Subject = any> {
    then<S>(callback: (subject: Subject) => Chainable<S> | void): Chainable<S>;
  }
}
declare const cy: Cypress.Chainable;
