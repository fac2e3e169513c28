using System.Text;
using Hrm.TestKit;
using static Hrm.Core.Tests.SafetensorsBytes;

namespace Hrm.Core.Tests;

public sealed class SafetensorsMutationTests : IDisposable
{
    private const int Mutations = 3_000;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Open_of_a_mutated_file_throws_a_typed_exception_or_reads_within_the_file()
    {
        var random = new StatefulRandom(20260101);
        var valid = Valid();
        var opened = 0;
        var rejected = 0;
        for (var i = 0; i < Mutations; i++)
        {
            var bytes = valid.ToList();
            for (var edits = random.Next(1, 3); edits > 0; edits--)
            {
                Mutate(bytes, random);
            }
            var path = _folder["mutated.safetensors"];
            System.IO.File.WriteAllBytes(path, [.. bytes]);
            try
            {
                using var file = SafetensorsFile.Open(path);
                AssertInBounds(file, bytes.Count);
                opened++;
            }
            catch (HrmFormatException exception)
            {
                exception.Message.Should().StartWith(path);
                rejected++;
            }
        }

        // Both outcomes must occur.
        opened.Should().BeGreaterThan(Mutations / 100);
        rejected.Should().BeGreaterThan(Mutations / 2);
    }

    private static void AssertInBounds(SafetensorsFile file, long fileLength)
    {
        long covered = 0;
        foreach (var name in file.Names)
        {
            var entry = file.GetEntry(name);
            entry.ByteOffset.Should().Be(covered);
            covered += entry.ByteLength;
            using var tensor = file.Read(name);
            entry.Shape.Aggregate(1L, (product, size) => product * size).Should().Be(entry.ByteLength / entry.ElementSize);
        }
        covered.Should().BeLessThanOrEqualTo(fileLength - 8);
    }

    private static byte[] Valid() => File(
        "{\"__metadata__\":{\"format\":\"pt\",\"note\":\"é\"},"
        + $"{Entry("layers.0.weight", "F32", "2,3", 0, 24)},{Entry("z", "I32", "", 24, 28)},"
        + $"{Entry("empty", "BF16", "0,7", 28, 28)},{Entry("layers.0.bias", "BF16", "3", 28, 34)},{Entry("mask", "BOOL", "2,1", 34, 36)}}}   ", 36);

    private static void Mutate(List<byte> bytes, StatefulRandom random)
    {
        const string Fragments = "{}[]\",:0123456789-.eE\\u_ FUIB";
        var place = random.Next(bytes.Count);
        switch (random.Next(8))
        {
            case 0 when bytes.Count > 1:
                bytes.RemoveAt(place);
                break;
            case 1 when bytes.Count > 1:
                bytes.RemoveRange(place, random.Next(bytes.Count - place));
                break;
            case 2:
                bytes[place] ^= (byte)(1 << random.Next(8));
                break;
            case 3:
                bytes.Insert(place, (byte)Fragments[random.Next(Fragments.Length)]);
                break;
            case 4:
                bytes[place] = (byte)random.Next(256);
                break;
            case 5:
                bytes[random.Next(Math.Min(8, bytes.Count))] = (byte)random.Next(256);
                break;
            case 6:
                var number = Encoding.ASCII.GetBytes(random.NextInt64(0, long.MaxValue >> random.Next(63)).ToString(System.Globalization.CultureInfo.InvariantCulture));
                bytes.InsertRange(place, number);
                break;
            default:
                bytes[place] = (byte)Fragments[random.Next(Fragments.Length)];
                break;
        }
        // Half of the edits leave the length field right, so that they reach the header's own checks.
        if (bytes.Count >= 8 && random.Next(2) == 0)
        {
            var end = bytes.LastIndexOf((byte)'}') + 1;
            bytes.RemoveRange(0, 8);
            bytes.InsertRange(0, BitConverter.GetBytes((ulong)Math.Max(end - 8, 0)));
        }
    }
}
