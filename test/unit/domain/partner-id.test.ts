import { describe, expect, it } from 'vitest';
import { partnerId } from '../../../src/lib/domain/partner-id.ts';

describe('a partner ID', () => {
  it.each(['1234', '123456', '4681234', '1234567890'])('%s is taken as it stands', (text) => {
    expect(partnerId.parse(text)).toBe(text);
  });

  it.each([
    ['a number', 4681234],
    ['shorter than four digits', '123'],
    ['longer than ten digits', '12345678901'],
    ['with a leading zero', '0468123'],
    ['with a space', ' 4681234'],
    ['with a line break', '4681234\n'],
    ['with a letter', '46812a4'],
    ['in other digits than 0 to 9', '٤٦٨١٢٣٤'],
    ['empty', ''],
  ])('%s is refused', (_, value) => {
    expect(partnerId.safeParse(value).success).toBe(false);
  });
});
