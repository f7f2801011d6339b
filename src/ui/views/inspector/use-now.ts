import { useEffect, useState } from 'react';

/** The time, in milliseconds since 1970; it goes on once a second while `isRunning`. */
export function useNow(isRunning: boolean): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (!isRunning) return undefined;
    const timer = setInterval(() => setNow(Date.now()), 1_000);
    return () => {
      clearInterval(timer);
      setNow(Date.now());
    };
  }, [isRunning]);
  return now;
}
