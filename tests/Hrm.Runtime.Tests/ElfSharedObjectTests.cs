using System.Buffers.Binary;

namespace Hrm.Runtime.Tests;

public sealed class ElfSharedObjectTests
{
    private const int DynamicAt = 64 + (2 * 56);

    [Fact]
    public void Truncated_library_is_refused_with_a_typed_exception()
    {
        var whole = new TinyElf().Build();
        VersionRelaxation.Apply(whole, "whole", () => false).Should().NotBeNull();

        for (var length = 0; length < whole.Length; length++)
        {
            var act = () => VersionRelaxation.Apply(whole[..length], "cut", () => false);
            act.Should().Throw<TorchLoadException>($"{length} of {whole.Length} bytes are left").WithMessage("cut: *");
        }
    }

    [Fact]
    public void Mutations_of_a_tiny_library_cause_only_typed_exceptions()
    {
        var original = new TinyElf().Build();
        var random = new Random(1);
        var refused = 0;
        for (var i = 0; i < 20_000; i++)
        {
            refused += Survives(Mutate(original, random, original.Length)) ? 0 : 1;
        }

        refused.Should().BeGreaterThan(1_000, "the mutations must reach the parser");
    }

    [LinuxX64Fact]
    public void Mutations_of_the_real_library_cause_only_typed_exceptions()
    {
        var original = NativeTorchSharp.Read();
        var elf = new ElfSharedObject(original, "real");
        var regions = new (ulong Offset, int Size)[]
        {
            (0, 64 + (12 * 56)),
            (elf.OffsetOf(elf.Dynamic(ElfTag.VersionNeeds), 16), 0x210),
            (FindDynamicSection(original), 0x270),
        };
        var random = new Random(2);
        var refused = 0;
        for (var i = 0; i < 1_000; i++)
        {
            var (offset, size) = regions[random.Next(regions.Length)];
            var saved = original.AsSpan((int)offset, size).ToArray();
            Mutate(saved, random, size).CopyTo(original.AsSpan((int)offset));
            refused += Survives(original) ? 0 : 1;
            saved.CopyTo(original.AsSpan((int)offset));
        }

        refused.Should().BeGreaterThan(100, "the mutations must reach the parser");
    }

    [Theory]
    [InlineData(0, 0x7e, "*expected a 64-bit little-endian ELF file*")]
    [InlineData(5, 2, "*expected a 64-bit little-endian ELF file*")]
    [InlineData(54, 55, "*expected program headers of 56 bytes*got 55 at offset 64*")]
    [InlineData(56, 1, "*expected a dynamic section, got none*")]
    public void Message_of_a_wrong_header_has_the_expected_value(int offset, byte value, string message)
    {
        var library = new TinyElf().Build();
        library[offset] = value;

        var act = () => new ElfSharedObject(library, "tiny");

        act.Should().Throw<TorchLoadException>().WithMessage(message);
    }

    [Theory]
    [InlineData(0x1007UL, 5UL, "*has no StringTableSize entry*", 10UL)]
    [InlineData(0UL, ulong.MaxValue, "*no segment of the file holds the address 0xffffffffffffffff*", 0x6ffffffeUL)]
    [InlineData(0UL, ulong.MaxValue - 7, "*no segment of the file holds the address*", 5UL)]
    [InlineData(0UL, ulong.MaxValue, "*bytes at address*", 10UL)]
    public void Message_of_a_wrong_dynamic_entry_has_the_expected_value(ulong newTag, ulong newValue, string message, ulong tag)
    {
        var library = new TinyElf().Build();
        var entry = Enumerable.Range(0, 12).Select(i => DynamicAt + (16 * i))
            .First(at => BinaryPrimitives.ReadUInt64LittleEndian(library.AsSpan(at)) == tag);
        BinaryPrimitives.WriteUInt64LittleEndian(library.AsSpan(entry), newTag == 0 ? tag : newTag);
        BinaryPrimitives.WriteUInt64LittleEndian(library.AsSpan(entry + 8), newValue);

        var act = () => VersionRelaxation.Apply(library, "tiny", () => false);

        act.Should().Throw<TorchLoadException>().WithMessage(message);
    }

    private static bool Survives(byte[] library)
    {
        try
        {
            var corrected = VersionRelaxation.Apply(library, "mutant", () => false);
            (corrected is null || corrected.Length == library.Length).Should().BeTrue();
            return true;
        }
        catch (HrmException)
        {
            return false;
        }
    }

    private static byte[] Mutate(byte[] original, Random random, int size)
    {
        var mutant = (byte[])original.Clone();
        for (var changes = random.Next(1, 5); changes > 0; changes--)
        {
            // Extreme bytes find overflows that uniform bytes would miss.
            mutant[random.Next(size)] = random.Next(3) switch { 0 => 0, 1 => 0xff, _ => (byte)random.Next(256) };
        }

        return mutant;
    }

    private static ulong FindDynamicSection(byte[] library)
    {
        for (var header = 64; ; header += 56)
        {
            if (BinaryPrimitives.ReadUInt32LittleEndian(library.AsSpan(header)) == 2)
            {
                return BinaryPrimitives.ReadUInt64LittleEndian(library.AsSpan(header + 8));
            }
        }
    }
}
