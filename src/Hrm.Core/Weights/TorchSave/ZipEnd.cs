using System.Buffers.Binary;

namespace Hrm.Core;

/// <summary>The records at the end of a zip archive: where its directory stands, and how many entries it lists.</summary>
/// <remarks>
/// Nothing is searched for: the records must be the file's last bytes, as torch.save leaves them, so that there is one way to
/// read a file. Reference: PKWARE APPNOTE.TXT, sections 4.3.14 to 4.3.16.
/// </remarks>
internal readonly record struct ZipEnd(int EntryCount, long DirectoryStart, int DirectoryBytes)
{
    public const int MaxEntries = 20_000;
    public const int MaxDirectoryBytes = 8_000_000;

    public const uint Signature = 0x06054b50;
    public const uint WideSignature = 0x06064b50;
    public const uint LocatorSignature = 0x07064b50;
    public const int Bytes = 22;
    public const int WideBytes = 56;
    public const int LocatorBytes = 20;

    public static ZipEnd Read(InputFile file)
    {
        if (file.Length < Bytes)
        {
            throw Fault(file, $"zip: expected at least {Bytes} bytes, got {file.Length}");
        }

        Span<byte> record = stackalloc byte[Bytes];
        var start = file.Length - Bytes;
        file.CopyTo(start, record);
        if (BinaryPrimitives.ReadUInt32LittleEndian(record) != Signature || BinaryPrimitives.ReadUInt16LittleEndian(record[20..]) != 0)
        {
            throw Fault(file, $"zip: expected the archive's end record in the last {Bytes} bytes, got others: the file was cut, or is not one of torch.save");
        }

        var narrow = new Fields(
            BinaryPrimitives.ReadUInt32LittleEndian(record[4..]),
            BinaryPrimitives.ReadUInt16LittleEndian(record[8..]),
            BinaryPrimitives.ReadUInt16LittleEndian(record[10..]),
            BinaryPrimitives.ReadUInt32LittleEndian(record[12..]),
            BinaryPrimitives.ReadUInt32LittleEndian(record[16..]));
        return ReadWide(file, start) is { } wide
            ? Checked(file, narrow.RequireAgrees(wide, file.Path), start - LocatorBytes - WideBytes)
            : Checked(file, narrow, start);
    }

    /// <summary>The zip64 record, which torch.save always writes; null where no locator stands before the end record.</summary>
    private static Fields? ReadWide(InputFile file, long end)
    {
        Span<byte> locator = stackalloc byte[LocatorBytes];
        if (end < LocatorBytes + WideBytes)
        {
            return null;
        }

        file.CopyTo(end - LocatorBytes, locator);
        if (BinaryPrimitives.ReadUInt32LittleEndian(locator) != LocatorSignature)
        {
            return null;
        }

        var start = end - LocatorBytes - WideBytes;
        Span<byte> record = stackalloc byte[WideBytes];
        file.CopyTo(start, record);
        var claimed = BinaryPrimitives.ReadUInt64LittleEndian(locator[8..]);
        if (claimed != (ulong)start || BinaryPrimitives.ReadUInt32LittleEndian(record) != WideSignature)
        {
            throw new WeightsFormatException(file.Path, $"zip: expected the zip64 end record at byte {start}, before its locator, got a locator of byte {claimed}");
        }

        return new Fields(
            BinaryPrimitives.ReadUInt64LittleEndian(record[16..]),
            BinaryPrimitives.ReadUInt64LittleEndian(record[24..]),
            BinaryPrimitives.ReadUInt64LittleEndian(record[32..]),
            BinaryPrimitives.ReadUInt64LittleEndian(record[40..]),
            BinaryPrimitives.ReadUInt64LittleEndian(record[48..]));
    }

    private static WeightsFormatException Fault(InputFile file, string problem)
        => new(file.Path, ForeignFile.Describe(file, ForeignFile.TorchSave) ?? problem);

    private static ZipEnd Checked(InputFile file, Fields fields, long end)
    {
        if (fields.Disks != 0 || fields.EntriesHere != fields.Entries)
        {
            throw new WeightsFormatException(file.Path, "zip: expected an archive of one part, got one of several");
        }

        if (fields.Entries > MaxEntries || fields.DirectoryBytes > MaxDirectoryBytes)
        {
            throw new WeightsFormatException(file.Path, $"zip: expected a directory of at most {MaxEntries} entries and {MaxDirectoryBytes} bytes, got {fields.Entries} and {fields.DirectoryBytes}");
        }

        if (fields.DirectoryStart > (ulong)end || fields.DirectoryBytes != (ulong)end - fields.DirectoryStart)
        {
            throw new WeightsFormatException(file.Path, $"zip: expected the directory to end at byte {end}, where the end record begins, got {fields.DirectoryBytes} bytes from byte {fields.DirectoryStart}");
        }

        return new ZipEnd((int)fields.Entries, (long)fields.DirectoryStart, (int)fields.DirectoryBytes);
    }

    private readonly record struct Fields(ulong Disks, ulong EntriesHere, ulong Entries, ulong DirectoryBytes, ulong DirectoryStart)
    {
        /// <summary>The wide fields, if each narrow one is equal or says that it does not fit.</summary>
        public Fields RequireAgrees(Fields wide, string path)
        {
            var agrees = (Entries == wide.Entries || Entries == ushort.MaxValue)
                && (DirectoryBytes == wide.DirectoryBytes || DirectoryBytes == uint.MaxValue)
                && (DirectoryStart == wide.DirectoryStart || DirectoryStart == uint.MaxValue);
            return agrees ? wide : throw new WeightsFormatException(path, "zip: expected two end records that agree, got two different directories");
        }
    }
}
