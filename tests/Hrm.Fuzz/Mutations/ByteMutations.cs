using System.Text;
using Hrm.Core;

namespace Hrm.Fuzz.Mutations;

/// <summary>Edits of bytes that know only the tokens of the format.</summary>
internal sealed class ByteMutations(StatefulRandom random, IReadOnlyList<string> tokens)
{
    private const int LongestRepetition = 1 << 16;

    /// <summary>Applies one or more edits.</summary>
    public byte[] Apply(byte[] content)
    {
        var bytes = content.ToList();
        do
        {
            Edit(bytes);
        }
        while (random.Next(3) == 0);
        return [.. bytes];
    }

    private void Edit(List<byte> bytes)
    {
        var place = bytes.Count == 0 ? 0 : random.Next(bytes.Count);
        var left = bytes.Count - place;
        Action edit = random.Next(14) switch
        {
            0 when left > 0 => () => bytes[place] ^= (byte)(1 << random.Next(8)),
            1 when left > 0 => () => bytes[place] = (byte)random.Next(256),
            2 => () => bytes.InsertRange(place, RandomBytes(random.Next(1, 9))),
            3 => () => bytes.RemoveRange(place, Math.Min(left, random.Next(1, 33))),
            4 => () => bytes.RemoveRange(place, left),
            5 => () => bytes.InsertRange(random.Next(bytes.Count + 1), bytes.GetRange(place, Math.Min(left, random.Next(1, 257)))),
            6 => () => bytes.InsertRange(place, Token()),
            7 => () => Overwrite(bytes, place, Token()),
            8 => () => Overwrite(bytes, place, Integer()),
            9 => () => ReplaceDigits(bytes, place),
            10 => () => Repeat(bytes, place),
            11 => () => Overwrite(bytes, place, new byte[Math.Min(left, random.Next(1, 65))]),
            12 => () => SwapLines(bytes),
            _ => () => Overwrite(bytes, random.Next(bytes.Count + 1), [.. bytes.GetRange(place, Math.Min(left, random.Next(1, 65)))]),
        };
        edit();
    }

    private byte[] RandomBytes(int count)
    {
        var bytes = new byte[count];
        random.NextBytes(bytes);
        return bytes;
    }

    private byte[] Token()
    {
        var source = random.Next(4) switch
        {
            0 => InterestingValues.Texts,
            1 => InterestingValues.Numbers,
            _ => tokens.Count > 0 ? tokens : InterestingValues.Texts,
        };
        return Encoding.UTF8.GetBytes(source[random.Next(source.Count)]);
    }

    private byte[] Integer()
    {
        var value = InterestingValues.Integers[random.Next(InterestingValues.Integers.Length)];
        var bytes = BitConverter.GetBytes(value);
        if (random.Next(4) == 0)
        {
            Array.Reverse(bytes);
            return bytes[(8 - (1 << random.Next(4)))..];
        }

        return bytes[..(1 << random.Next(4))];
    }

    private static void Overwrite(List<byte> bytes, int place, byte[] content)
    {
        bytes.RemoveRange(place, Math.Min(content.Length, bytes.Count - place));
        bytes.InsertRange(place, content);
    }

    /// <summary>Replaces the next number that is written in digits.</summary>
    private void ReplaceDigits(List<byte> bytes, int place)
    {
        var start = bytes.FindIndex(place, value => char.IsAsciiDigit((char)value));
        if (start >= 0)
        {
            var end = bytes.FindIndex(start, value => !char.IsAsciiDigit((char)value));
            bytes.RemoveRange(start, (end < 0 ? bytes.Count : end) - start);
            bytes.InsertRange(start, Encoding.UTF8.GetBytes(InterestingValues.Numbers[random.Next(InterestingValues.Numbers.Length)]));
        }
    }

    /// <summary>Repeats a piece: deep nesting, long lines, many records.</summary>
    private void Repeat(List<byte> bytes, int place)
    {
        var piece = bytes.GetRange(place, Math.Min(bytes.Count - place, random.Next(4) == 0 ? random.Next(1, 65) : 1));
        if (piece.Count > 0)
        {
            var times = random.Next(1, 1 << random.Next(1, 17));
            bytes.InsertRange(place, Enumerable.Repeat(piece, Math.Min(times, LongestRepetition / piece.Count)).SelectMany(it => it));
        }
    }

    private void SwapLines(List<byte> bytes)
    {
        var lines = Encoding.Latin1.GetString([.. bytes]).Split('\n');
        var (first, second) = (random.Next(lines.Length), random.Next(lines.Length));
        (lines[first], lines[second]) = (lines[second], lines[first]);
        bytes.Clear();
        bytes.AddRange(Encoding.Latin1.GetBytes(string.Join('\n', lines)));
    }
}
