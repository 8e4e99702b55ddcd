/** What a table's row is declared with. An entry of its own: TypeORM is large, and only who has such rows loads it. */
export { Column, Entity, EntitySchema, PrimaryColumn } from 'typeorm';
