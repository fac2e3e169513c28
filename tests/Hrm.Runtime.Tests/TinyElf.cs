using System.Text;

namespace Hrm.Runtime.Tests;

/// <summary>
/// Writes the smallest shared object with symbol versions: it requires <see cref="Needs"/> of libstdc++.
/// </summary>
internal sealed class TinyElf
{
    private const int DynamicAt = 64 + (2 * 56);
    private const int DynamicEntries = 12;

    private readonly List<byte> _strings = [];

    public IReadOnlyList<string> Needs { get; init; } = ["GLIBCXX_3.4", "GLIBCXX_3.4.32"];

    public string Library { get; init; } = "libstdc++.so.6";

    public byte[] Build()
    {
        _strings.Clear();
        Text(string.Empty);
        var library = Text(Library);
        var names = Needs.Select(Text).ToArray();

        var body = new BinaryWriter(new MemoryStream());
        var start = DynamicAt + (DynamicEntries * 16);
        ulong Here() => (ulong)(start + body.BaseStream.Position);

        var versionNeeds = Here();
        Write(body, (ushort)1, (ushort)Needs.Count, library, 16u, 0u);
        for (var i = 0; i < Needs.Count; i++)
        {
            Write(body, 0u, (ushort)0, (ushort)(i + 2), names[i], i + 1 < Needs.Count ? 16u : 0u);
        }

        var strings = Here();
        body.Write(_strings.ToArray());

        List<(ulong Tag, ulong Value)> dynamic = [(5, strings), (10, (ulong)_strings.Count), (0x6ffffffe, versionNeeds), (0x6fffffff, 1)];
        return Assemble(body, dynamic);
    }

    private static byte[] Assemble(BinaryWriter body, List<(ulong Tag, ulong Value)> dynamic)
    {
        var file = new BinaryWriter(new MemoryStream());
        var length = (ulong)(DynamicAt + (DynamicEntries * 16) + body.BaseStream.Length);
        file.Write([0x7f, (byte)'E', (byte)'L', (byte)'F', 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        Write(file, (ushort)3, (ushort)62, 1u, 0UL, 64UL, 0UL, 0u, (ushort)64, (ushort)56, (ushort)2, (ushort)0, (ushort)0, (ushort)0);
        Write(file, 1u, 4u, 0UL, 0UL, 0UL, length, length, 8UL);
        Write(file, 2u, 4u, (ulong)DynamicAt, (ulong)DynamicAt, 0UL, DynamicEntries * 16UL, DynamicEntries * 16UL, 8UL);
        foreach (var (tag, value) in dynamic)
        {
            Write(file, tag, value);
        }

        file.Write(new byte[(DynamicEntries - dynamic.Count) * 16]);
        file.Write(((MemoryStream)body.BaseStream).ToArray());
        return ((MemoryStream)file.BaseStream).ToArray();
    }

    private static void Write(BinaryWriter to, params object[] values)
    {
        foreach (var value in values)
        {
            switch (value)
            {
                case ushort number: to.Write(number); break;
                case uint number: to.Write(number); break;
                case ulong number: to.Write(number); break;
                default: throw new ArgumentException($"{value.GetType()} is not a type of an ELF file.", nameof(values));
            }
        }
    }

    private uint Text(string text)
    {
        var at = (uint)_strings.Count;
        _strings.AddRange(Encoding.Latin1.GetBytes(text));
        _strings.Add(0);
        return at;
    }
}
