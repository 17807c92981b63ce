import { Fragment } from 'react';
import classes from './bubble.module.css';

const ADDRESS = /(https?:\/\/[^\s<>"'`]+[^\s<>"'`.,;:!?)\]}])/g;

/** Text as it is; addresses of the web can be followed, nothing else can do anything. */
export function Linked({ text }: { text: string }) {
  return text.split(ADDRESS).map((part, place) =>
    place % 2 === 1 ? (
      <a key={place} className={classes.link} href={part} target="_blank" rel="noopener noreferrer nofollow">
        {part}
      </a>
    ) : (
      <Fragment key={place}>{part}</Fragment>
    ),
  );
}
