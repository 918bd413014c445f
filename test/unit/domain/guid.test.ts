import { describe, expect, it } from 'vitest';
import { guid, sameId } from '../../../src/lib/domain/guid.ts';

describe('a GUID', () => {
  it.each([
    ['of version 4', '3f2504e0-4f89-41d3-9a0c-0305e82c3301'],
    ['of no version at all', '11111111-1111-1111-1111-111111111111'],
    ['of zeros', '00000000-0000-0000-0000-000000000000'],
  ])('%s is taken', (_, text) => {
    expect(guid.parse(text)).toBe(text);
  });

  it('is kept in lower case, whatever case it came in', () => {
    expect(guid.parse('3F2504E0-4F89-41D3-9A0C-0305E82C3301')).toBe('3f2504e0-4f89-41d3-9a0c-0305e82c3301');
  });

  it.each([
    ['empty', ''],
    ['in braces', '{3f2504e0-4f89-41d3-9a0c-0305e82c3301}'],
    ['without dashes', '3f2504e04f8941d39a0c0305e82c3301'],
    ['with a digit that is none', '3f2504e0-4f89-41d3-9a0c-0305e82c330g'],
    ['with a space before it', ' 3f2504e0-4f89-41d3-9a0c-0305e82c3301'],
    ['with a line break after it', '3f2504e0-4f89-41d3-9a0c-0305e82c3301\n'],
  ])('%s is refused', (_, text) => {
    expect(guid.safeParse(text).success).toBe(false);
  });

  it('compares without case', () => {
    expect(sameId('3F2504E0-4F89-41D3-9A0C-0305E82C3301', '3f2504e0-4f89-41d3-9a0c-0305e82c3301')).toBe(true);
    expect(sameId('3f2504e0-4f89-41d3-9a0c-0305e82c3301', '3f2504e0-4f89-41d3-9a0c-0305e82c3302')).toBe(
      false,
    );
  });
});
