"""Makes the corpus: what Python's plistlib and libplist's plistutil write for messages as Apple's devices send them.

Run in this folder. For each message: NAME.plistlib.xml and NAME.plistlib.bin by plistlib, NAME.plistutil.xml (made from
plistlib's binary) and NAME.plistutil.bin (made from plistlib's XML) by plistutil, and NAME.json, the JSON form that every one
of them must be read as. The JSON form is written here a second time, on purpose: it shares nothing with the code under test.
All identifiers, tokens and certificates are made up.
"""

import base64
import datetime
import json
import math
import plistlib
import subprocess

UTC = datetime.datetime

device = {"UDID": "00008030-000A11112222333E"}

messages = {
    "authenticate": {
        "MessageType": "Authenticate",
        "Topic": "com.apple.mgmt.External.0c1d2e3f-1111-2222-3333-444455556666",
        **device,
        "BuildVersion": "23A341",
        "DeviceName": "Käthe’s iPad <Büro & Lager>",
        "Model": "MK2K3FD",
        "ModelName": "iPad",
        "OSVersion": "26.0",
        "ProductName": "iPad12,1",
        "SerialNumber": "F9FXH000Q1GC",
    },
    "token-update": {
        "MessageType": "TokenUpdate",
        "Topic": "com.apple.mgmt.External.0c1d2e3f-1111-2222-3333-444455556666",
        **device,
        "AwaitingConfiguration": True,
        "NotOnConsole": False,
        "PushMagic": "9F3C2A10-7D1E-4B8A-9C55-0A1B2C3D4E5F",
        "Token": bytes(range(32)),
        "UnlockToken": bytes((i * 7919 + 13) % 256 for i in range(600)),
    },
    "device-information": {
        "CommandUUID": "2B0D5A4C-8D40-4E59-8E6F-1F0C8F7C1A11",
        "Status": "Acknowledged",
        **device,
        "QueryResponses": {
            "AvailableDeviceCapacity": 51.25,
            "BatteryLevel": 0.875,
            "DeviceCapacity": 64.0,
            "DeviceName": "iPad",
            "IsSupervised": True,
            "LastCloudBackupDate": UTC(2026, 2, 28, 23, 59, 59),
            "OSUpdateSettings": {"AutoCheckEnabled": True, "PreviousScanDate": UTC(2025, 12, 31, 0, 0, 0), "PreviousScanResult": 0},
            "ServiceSubscriptions": [
                {"IMEI": "35 000000 000000 0", "IsDataPreferred": True, "Slot": "CTSubscriptionSlotOne"},
                {"IsDataPreferred": False, "Slot": "CTSubscriptionSlotTwo"},
            ],
            "WiFiMAC": "00:00:5e:00:53:af",
        },
    },
    "certificate-list": {
        "CertificateList": [
            {"CommonName": f"Certificate {i}", "Data": bytes((i + j * 31) % 256 for j in range(length)), "IsIdentity": i == 1}
            for i, length in enumerate([0, 1, 2, 3, 44, 45, 46, 300])
        ],
        "CommandUUID": "6F2B2E9A-0000-4000-8000-00000000ABCD",
        "Status": "Acknowledged",
        **device,
    },
    "error": {
        "CommandUUID": "0001_InstallProfile",
        "ErrorChain": [
            {
                "ErrorCode": 4001,
                "ErrorDomain": "MCInstallationErrorDomain",
                "LocalizedDescription": "Das Profil „WLAN“ konnte nicht installiert werden.",
                "USEnglishDescription": "The profile “WLAN” could not be installed.",
            },
            {"ErrorCode": -13, "ErrorDomain": "MCProfileErrorDomain", "LocalizedDescription": "😀 <&> \"'"},
        ],
        "Status": "Error",
        **device,
    },
    "shapes": {
        "": "the empty key",
        "$data": "a key like a wrapper",
        "$$": [{"$date": "not a date"}],
        "__proto__": {"constructor": "toString"},
        "array": [[], {}, [[], [{}]], "", b"", True, False],
        "lines": "one\ntwo\n\n\tthree ",
        "deep": [[[[[[[[[[[[[[[["bottom"]]]]]]]]]]]]]]]],
        "same": [["again", "again"], "again"],
    },
    "numbers": {
        "integers": [0, 1, -1, 127, 128, 255, 256, 65535, 65536, 2**31, 2**32, -(2**31), 2**53 - 1, -(2**53 - 1)],
        "beyond": [2**53, -(2**53), 2**63 - 1, -(2**63), 2**63, 2**64 - 1],
        "reals": [0.5, -2.25, 1.0, 100000.0, 1e22, 0.1],
    },
    "dates": [UTC(1904, 1, 1), UTC(1969, 12, 31, 23, 59, 59), UTC(2000, 2, 29), UTC(2001, 1, 1), UTC(2024, 2, 29, 12), UTC(9999, 12, 31, 23, 59, 59)],
}

# Only binary property lists have these; plistutil shows what becomes of a UID in XML.
binary_only = {
    "keyed-archive": {"$archiver": "NSKeyedArchiver", "$objects": ["$null", plistlib.UID(2)], "$top": {"root": plistlib.UID(1)}, "$version": 100000},
    "fraction": {"When": UTC(2026, 1, 1, 0, 0, 0, 250000), "Reals": [math.nan, math.inf, -math.inf, -0.0]},
}


def form(value):
    if isinstance(value, (str, bool)):
        return value
    if isinstance(value, int):
        return value if abs(value) < 2**53 else {"$integer": str(value)}
    if isinstance(value, float):
        if math.isnan(value) or math.isinf(value):
            return {"$real": "nan" if math.isnan(value) else "inf" if value > 0 else "-inf"}
        if value == 0 and math.copysign(1, value) < 0:
            return {"$real": "-0"}
        return {"$real": int(value)} if value == int(value) else value
    if isinstance(value, bytes):
        return {"$data": base64.b64encode(value).decode()}
    if isinstance(value, datetime.datetime):
        fraction = f".{value.microsecond // 1000:03}" if value.microsecond else ""
        return {"$date": f"{value.year:04}" + value.strftime("-%m-%dT%H:%M:%S") + fraction + "Z"}
    if isinstance(value, plistlib.UID):
        return {"CF$UID": value.data}
    if isinstance(value, list):
        return [form(item) for item in value]
    return {("$" + key if key.startswith("$") else key): form(item) for key, item in value.items()}


def write(name, content):
    with open(name, "wb") as file:
        file.write(content)


def plistutil(source, target, kind):
    subprocess.run(["plistutil", "-i", source, "-o", target, "-f", kind], check=True)


for name, value in {**messages, **binary_only}.items():
    write(f"{name}.plistlib.bin", plistlib.dumps(value, fmt=plistlib.FMT_BINARY, sort_keys=False))
    write(f"{name}.json", (json.dumps(form(value), ensure_ascii=False, indent=2) + "\n").encode())
    if name in messages:
        write(f"{name}.plistlib.xml", plistlib.dumps(value, sort_keys=False))
        plistutil(f"{name}.plistlib.bin", f"{name}.plistutil.xml", "xml")
        plistutil(f"{name}.plistlib.xml", f"{name}.plistutil.bin", "bin")
plistutil("keyed-archive.plistlib.bin", "keyed-archive.plistutil.xml", "xml")
